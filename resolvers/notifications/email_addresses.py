"""A customer's e-mail address: given, confirmed by the code that was sent there, and forgotten."""

import hmac
import secrets

from models import AttemptKind, Customer, EmailAddress, Secret, Viewer, blind_index
from models.database import locked, transaction
from models.database.unit import Unit
from resolvers import configured
from resolvers.people import attempts
from resolvers.people.customers import lock_customer
from rules.notifications.email_addresses import CODE_LIFETIME, CODE_TRIES, EmailCodeWrong, parse_email
from rules.people.sign_in import CODE_DIGITS


async def give(viewer: Viewer, *, address: str) -> EmailAddress:
    """Keep an address, unconfirmed, and send a code there; the one that is confirmed stays so and gets none.

    Raises `EmailInvalid`, `TooManyAttempts`.
    """
    given = parse_email(address)
    known = await EmailAddress.visible_to(viewer).get_or_none(customer_id=viewer.customer_id)
    if known is not None and known.confirmed_at is not None and known.address.read() == given:
        return known
    code = f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}d}"
    async with attempts.limited(viewer, AttemptKind.CODE_REQUEST, _subject(viewer)) as unit:
        kept = await _keep(unit, await lock_customer(viewer), given, code)
    await configured().send_email_code(given, code, viewer.locale)
    return kept


async def _keep(unit: Unit, customer: Customer, address: str, code: str) -> EmailAddress:
    kept = await EmailAddress.get_or_none(customer_id=customer.id)
    kept = kept or EmailAddress(customer_id=customer.id, created_at=unit.now)
    kept.address = Secret(address)
    kept.confirmed_at = None
    kept.code_hash = _code_hash(customer.id, address, code)
    kept.code_expires_at = unit.now + CODE_LIFETIME
    kept.tries_left = CODE_TRIES
    await kept.save()
    return kept


async def confirm(viewer: Viewer, *, code: str) -> EmailAddress:
    """Confirm the address by its code, within ten minutes and five tries. Raises `EmailCodeWrong`, `TooManyAttempts`."""
    async with attempts.limited(viewer, AttemptKind.CODE_TRY, _subject(viewer)) as unit:
        customer = await lock_customer(viewer)
        kept = await EmailAddress.get_or_none(customer_id=customer.id)
        is_right = kept is not None and await _try(unit, kept, code)
    if kept is None or not is_right:  # Refused only now: the try that it took has to stay.
        raise EmailCodeWrong
    return kept


async def _try(unit: Unit, kept: EmailAddress, code: str) -> bool:
    """Use up one try; the right code confirms, and is worth nothing afterwards."""
    is_open = kept.code_hash is not None and kept.code_expires_at is not None and unit.now < kept.code_expires_at
    if not is_open or not kept.tries_left:
        return False
    kept.tries_left -= 1
    expected = _code_hash(kept.customer_id, kept.address.read(), code)
    is_right = hmac.compare_digest(str(kept.code_hash), expected)
    if is_right:
        kept.confirmed_at, kept.code_hash, kept.code_expires_at, kept.tries_left = unit.now, None, None, 0
    await kept.save(update_fields=["tries_left", "confirmed_at", "code_hash", "code_expires_at"])
    return is_right


async def forget(viewer: Viewer, *, email_address_id: int) -> Customer:
    """Delete a customer's address. Raises `NotFound`."""
    async with transaction(viewer, "forget_email_address"):
        customer = await lock_customer(viewer)
        kept = await locked(EmailAddress, viewer, email_address_id)
        await kept.delete()
        return customer


def _subject(viewer: Viewer) -> str:
    """What attempts are counted by: the customer, whichever addresses he gives."""
    return f"e-mail of {viewer.actor}"


def _code_hash(customer_id: int, address: str, code: str) -> str:
    """Hash a code with our key: six digits behind a plain hash are guessed in no time."""
    return blind_index(f"e-mail code {code} of {customer_id} {address}")
