"""The second factor of staff: enrolled and confirmed by themselves, reset by an admin, each code used once."""

from dataclasses import dataclass
from datetime import datetime

import pyotp

from models import Secret, Staff, StaffTotp, Viewer
from models.database import transaction
from resolvers import configured
from resolvers.people.passwords import prove_password
from resolvers.people.staff import colleague
from rules.people.access import ADMINS
from rules.people.sign_in import SignInFailed
from rules.people.totp import TotpCodeWrong, TotpEnrolledAlready, TotpRequired, enrolment_uri, matching_step


@dataclass(frozen=True)
class TotpEnrolled:
    """What an authenticator app needs to know; shown this once."""

    secret: str
    uri: str


async def enrol_totp(viewer: Viewer, password: str) -> TotpEnrolled:
    """Make a secret for the viewer's authenticator app; one that was not confirmed is forgotten.

    The password is asked for again: a desk left open must not enrol somebody else's phone. Raises `TooManyAttempts`,
    `SignInFailed` for a wrong password, `TotpEnrolledAlready`.
    """
    me = await Staff.get(id=viewer.staff_id)
    await prove_password(viewer, me.login, password)
    secret = pyotp.random_base32()
    async with transaction(viewer, "enrol_totp") as unit:
        unit.subject = await _locked_self(viewer)
        if await StaffTotp.exists(staff_id=me.id, confirmed_at__isnull=False):
            raise TotpEnrolledAlready
        await StaffTotp.filter(staff_id=me.id).delete()
        await StaffTotp.create(staff_id=me.id, secret=Secret(secret))
    return TotpEnrolled(secret, enrolment_uri(secret, me.login, configured().lender_name))


async def confirm_totp(viewer: Viewer, code: str) -> Staff:
    """Show by a first code that the app has the secret: from now on every sign-in asks for one.

    Raises `TotpCodeWrong`.
    """
    async with transaction(viewer, "confirm_totp") as unit:
        me = unit.subject = await _locked_self(viewer)
        waiting = await StaffTotp.get_or_none(staff_id=me.id, confirmed_at__isnull=True)
        if waiting is None or not await _take(waiting, code, unit.now):
            raise TotpCodeWrong
        await StaffTotp.filter(id=waiting.id).update(confirmed_at=unit.now)
        return me


async def check_second_factor(staff: Staff, code: str | None, now: datetime) -> None:
    """Use up the code of an account that needs one, in the transaction that signs it in.

    Raises `TotpRequired` where none was sent, `SignInFailed` for a wrong or used one.
    """
    enrolled = await StaffTotp.get_or_none(staff_id=staff.id, confirmed_at__isnull=False)
    if enrolled is None:
        return
    if code is None:
        raise TotpRequired
    if not await _take(enrolled, code, now):
        raise SignInFailed


async def reset_totp(viewer: Viewer, staff_id: int) -> Staff:
    """Forget a colleague's authenticator app, which he has lost, and end his sessions.

    Raises `NotFound`, `OwnAccount`.
    """
    assert viewer.role in ADMINS, "second factors are reset by admins"
    async with colleague(viewer, "reset_totp", staff_id) as staff:
        await StaffTotp.filter(staff_id=staff.id).delete()
        return staff


async def _locked_self(viewer: Viewer) -> Staff:
    """Lock the viewer's own account, which is his also where his role sees nobody's."""
    assert viewer.staff_id is not None, "only staff have a second factor"
    return await Staff.filter(id=viewer.staff_id).select_for_update().get()


async def _take(totp: StaffTotp, code: str, now: datetime) -> bool:
    """Use a code: once, and none from before it after it. Two at once: one takes it."""
    step = matching_step(totp.secret.read(), code.strip(), now)
    if step is None:
        return False
    return bool(await StaffTotp.filter(id=totp.id, last_step__lt=step).update(last_step=step))
