"""Signing in."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from resolvers.people import sessions, sign_in
from rules.people.access import EVERYONE
from rules.people.phones import PhoneInvalid
from rules.people.sign_in import SignInFailed, TooManyAttempts
from rules.people.totp import TotpRequired
from schema.context import Info
from schema.declarations import Input, input, mutation, text, value

if TYPE_CHECKING:
    from schema.people.customers import Customer
    from schema.people.staff import Staff


@input
class RequestCodeInput(Input):
    """The phone to send a code to."""

    phone: str = text(3, 30)
    """As people write it: 138 1234 5678, or +86 138 1234 5678."""


@value(sign_in.CodeSent)
class RequestCodeSuccess:
    """A code is on its way, whether or not we know this phone."""

    expires_at: datetime
    """Until when it can be used."""


@mutation(allow=EVERYONE, refusals=(PhoneInvalid, TooManyAttempts))
async def request_code(info: Info, input: RequestCodeInput) -> sign_in.CodeSent:
    """Ask for a sign-in code of six digits by text message."""
    return await sign_in.request_code(info.context.viewer, input.phone)


@input
class SignInWithCodeInput(Input):
    """The phone, and the code that was sent to it."""

    phone: str = text(3, 30)
    """The same as the code was asked for."""
    code: str = text(1, 20)
    """Six digits."""
    device_id: str | None = text(1, 200)
    """Made once by the app and kept on the device, best at random: the session then goes on there only."""
    device_name: str | None = text(1, 100)
    """What the person calls the device, to know it again among his sessions."""


@value(sign_in.CustomerSignedIn)
class SignInWithCodeSuccess:
    """Signed in."""

    access_token: str
    """Send it as `Authorization: Bearer …`."""
    expires_at: datetime
    """When the access token ends."""
    refresh_token: str
    """What `refreshSession` takes, once; keep it as safe as a password."""
    customer: Customer
    """Who is signed in; new if the phone was not known before."""


@mutation(allow=EVERYONE, refusals=(PhoneInvalid, SignInFailed, TooManyAttempts))
async def sign_in_with_code(info: Info, input: SignInWithCodeInput) -> sign_in.CustomerSignedIn:
    """Sign in as a customer; a phone we did not know becomes a new one."""
    device = sessions.Device(input.device_id, input.device_name)
    signed_in = await sign_in.sign_in_with_code(info.context.viewer, input.phone, input.code, device)
    await _see_as(info, signed_in.access_token)
    return signed_in


@input
class SignInStaffInput(Input):
    """A member of staff's login and password."""

    login: str = text(1, 64)
    """As given by the admin."""
    password: str = text(1, 200)
    """At least 10 characters, as he chose it."""
    totp_code: str | None = text(1, 20)
    """The code of his authenticator app, once he confirmed one; a code signs in once."""
    device_id: str | None = text(1, 200)
    """Made once by the app and kept on the device, best at random: the session then goes on there only."""
    device_name: str | None = text(1, 100)
    """What the person calls the device, to know it again among his sessions."""


@value(sign_in.StaffSignedIn)
class SignInStaffSuccess:
    """Signed in."""

    access_token: str
    """Send it as `Authorization: Bearer …`."""
    expires_at: datetime
    """When the access token ends."""
    refresh_token: str
    """What `refreshSession` takes, once; keep it as safe as a password."""
    staff: Staff
    """Who is signed in."""


@mutation(allow=EVERYONE, refusals=(SignInFailed, TooManyAttempts, TotpRequired))
async def sign_in_staff(info: Info, input: SignInStaffInput) -> sign_in.StaffSignedIn:
    """Sign in at a desk."""
    device = sessions.Device(input.device_id, input.device_name)
    asked = (input.login, input.password, input.totp_code, device)
    signed_in = await sign_in.sign_in_staff(info.context.viewer, *asked)
    await _see_as(info, signed_in.access_token)
    return signed_in


async def _see_as(info: Info, token: str) -> None:
    """Answer the rest of the request as to the person who has just signed in."""
    viewer = info.context.viewer
    info.context.viewer = await sessions.viewer_of(token, viewer.clock, viewer.locale, viewer.address)
