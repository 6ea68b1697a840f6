"""Signing in: a customer by a code sent to his phone, staff by password. Nobody learns whom we know."""

import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime

from tortoise.exceptions import IntegrityError
from tortoise.expressions import F

from models import AttemptKind, Branch, Customer, PointsAccount, Secret, SignInCode, Staff, Tier, Viewer, blind_index
from models.database import transaction
from notifications import outbox
from notifications.people.sign_in import NewSignIn
from resolvers import configured
from resolvers.people import attempts, refresh_tokens, sessions, tokens, totp
from resolvers.people.passwords import prove_password
from resolvers.people.sessions import NO_DEVICE, Device
from rules.people.phones import parse_phone
from rules.people.sign_in import CODE_DIGITS, CODE_LIFETIME, CODE_TRIES, SignInFailed


@dataclass(frozen=True)
class CodeSent:
    """A code is on its way, whether or not the phone is known."""

    expires_at: datetime


@dataclass(frozen=True)
class CustomerSignedIn:
    """A customer's access token, until when it is good, and what the session goes on by."""

    access_token: str
    expires_at: datetime
    refresh_token: str
    customer: Customer


@dataclass(frozen=True)
class StaffSignedIn:
    """A member of staff's access token, until when it is good, and what the session goes on by."""

    access_token: str
    expires_at: datetime
    refresh_token: str
    staff: Staff


async def request_code(viewer: Viewer, phone: str) -> CodeSent:
    """Send a new code to a phone; the ones sent before are worth nothing.

    Raises `PhoneInvalid`, `TooManyAttempts`.
    """
    number = parse_phone(phone)
    code = f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}d}"
    async with attempts.limited(viewer, AttemptKind.CODE_REQUEST, number) as unit:
        sent = await SignInCode.create(
            phone_index=blind_index(number),
            code_hash=_code_hash(number, code),
            expires_at=unit.now + CODE_LIFETIME,
            tries_left=CODE_TRIES,
        )
    await configured().send_code(number, code, viewer.locale)
    return CodeSent(sent.expires_at)


async def sign_in_with_code(viewer: Viewer, phone: str, code: str, device: Device = NO_DEVICE) -> CustomerSignedIn:
    """Sign in with a code that was sent; an unknown phone becomes a customer without identity.

    Raises `PhoneInvalid`, `TooManyAttempts`, and `SignInFailed` for every other reason.
    """
    number = parse_phone(phone)
    code_id = await _prove_code(viewer, number, code.strip())
    return await _enter(viewer, number, code_id, device)


async def _prove_code(viewer: Viewer, number: str, code: str) -> int:
    """Use up one try of the phone's newest code; gives its id if it is right."""
    async with attempts.limited(viewer, AttemptKind.CODE_TRY, number) as unit:
        newest = await SignInCode.filter(phone_index=blind_index(number)).order_by("-id").first()
        taken = await SignInCode.filter(
            id=newest.id if newest else 0, used_at__isnull=True, tries_left__gt=0, expires_at__gt=unit.now
        ).update(tries_left=F("tries_left") - 1)
    expected = newest.code_hash if newest else _code_hash(number, "none")
    is_right = hmac.compare_digest(expected, _code_hash(number, code))
    if newest is None or not taken or not is_right:
        raise SignInFailed
    code_id: int = newest.id
    return code_id


async def _enter(viewer: Viewer, number: str, code_id: int, device: Device = NO_DEVICE) -> CustomerSignedIn:
    """Use a code that was proved. Raises `SignInFailed` if it was used meanwhile."""
    try:
        return await _start_session(viewer, number, code_id, device)
    except IntegrityError:  # Another code made the customer at this moment: now he is there.
        return await _start_session(viewer, number, code_id, device)


async def _start_session(viewer: Viewer, number: str, code_id: int, device: Device) -> CustomerSignedIn:
    async with transaction(viewer, "sign_in_with_code") as unit:
        if not await SignInCode.filter(id=code_id, used_at__isnull=True).update(used_at=unit.now):
            raise SignInFailed
        customer = await Customer.get_or_none(phone_index=blind_index(number)) or await _new_customer(number)
        unit.subject = customer
        session = await sessions.start_session(unit, customer_id=customer.id, device=device)
        refresh_token = await refresh_tokens.first_token(session)
        await outbox.record(NewSignIn(customer_id=customer.id))
    return CustomerSignedIn(*tokens.issue(session.id, viewer.now), refresh_token, customer)


async def _new_customer(number: str) -> Customer:
    """Add a customer of the default branch, in the lowest tier of points."""
    branch = await Branch.get(is_default=True)
    lowest = await Tier.all().order_by("rank").first()
    assert lowest is not None, "there is a tier before there are customers"
    customer = await Customer.create(phone=Secret(number), branch_id=branch.id)
    await PointsAccount.create(customer_id=customer.id, tier_id=lowest.id)
    return customer


def _code_hash(number: str, code: str) -> str:
    """Hash a code with our key: six digits behind a plain hash are guessed in no time."""
    return blind_index(f"sign-in code {code} of {number}")


async def sign_in_staff(
    viewer: Viewer, login: str, password: str, totp_code: str | None = None, device: Device = NO_DEVICE
) -> StaffSignedIn:
    """Sign in at a desk, by password and, once an authenticator app is confirmed, its code.

    Raises `TooManyAttempts`, `TotpRequired`, and `SignInFailed` for every other reason.
    """
    staff = await prove_password(viewer, login, password)
    async with transaction(viewer, "sign_in_staff") as unit:
        unit.subject = staff
        await totp.check_second_factor(staff, totp_code, unit.now)
        session = await sessions.start_session(unit, staff_id=staff.id, device=device)
        refresh_token = await refresh_tokens.first_token(session)
    return StaffSignedIn(*tokens.issue(session.id, viewer.now), refresh_token, staff)
