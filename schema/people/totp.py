"""The second factor of staff."""

from __future__ import annotations

import models
from resolvers.people import totp
from rules.people.access import ADMINS, ALL_STAFF
from rules.people.sign_in import SignInFailed, TooManyAttempts
from rules.people.staff import OwnAccount
from rules.people.totp import TotpCodeWrong, TotpEnrolledAlready
from schema.context import Info
from schema.declarations import Input, id_of, input, mutation, text, value


@input
class EnrolTotpInput(Input):
    """Who enrols an authenticator app."""

    password: str = text(1, 200)
    """Yours, once more."""


@value(totp.TotpEnrolled)
class EnrolTotpSuccess:
    """What the authenticator app needs; shown this once. Nothing is asked for before `confirmTotp`."""

    secret: str
    """In base32, to be typed where no camera is at hand."""
    uri: str
    """Show it as a QR code: otpauth://totp/…"""


@mutation(allow=ALL_STAFF, refusals=(SignInFailed, TooManyAttempts, TotpEnrolledAlready))
async def enrol_totp(info: Info, input: EnrolTotpInput) -> totp.TotpEnrolled:
    """Begin to use an authenticator app as second factor."""
    return await totp.enrol_totp(info.context.viewer, input.password)


@input
class ConfirmTotpInput(Input):
    """A first code."""

    code: str = text(1, 20)
    """Six digits, as the authenticator app shows them now."""


@mutation(allow=ALL_STAFF, refusals=(TotpCodeWrong,))
async def confirm_totp(info: Info, input: ConfirmTotpInput) -> models.Staff:
    """Show that the app works: from now on every sign-in asks for its code."""
    return await totp.confirm_totp(info.context.viewer, input.code)


@input
class ResetTotpInput(Input):
    """Who lost his authenticator app."""

    staff_id: int = id_of(models.Staff)
    """A colleague."""


@mutation(allow=ADMINS, refusals=(OwnAccount,))
async def reset_totp(info: Info, input: ResetTotpInput) -> models.Staff:
    """Forget a colleague's authenticator app and end his sessions; his password alone signs him in until he enrols."""
    return await totp.reset_totp(info.context.viewer, input.staff_id)
