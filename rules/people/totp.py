"""The second factor of staff: codes by the time, RFC 6238, as every authenticator app makes them."""

import hmac
from dataclasses import dataclass
from datetime import datetime

from pyotp import TOTP

from rules.errors import Refused

STEP_SECONDS = 30
STEPS_APART = 1
"""How far a phone's clock may be wrong, in steps either way."""


@dataclass(eq=False)
class TotpRequired(Refused):
    """The password is right, and this account needs the code of its authenticator app too: send both."""

    code = "TOTP_REQUIRED"
    path = ("totpCode",)


@dataclass(eq=False)
class TotpCodeWrong(Refused):
    """The code is not the app's present one, or was used before; or no authenticator app waits to be confirmed."""

    code = "TOTP_CODE_WRONG"
    path = ("code",)


@dataclass(eq=False)
class TotpEnrolledAlready(Refused):
    """An authenticator app is confirmed for this account: an admin can reset it."""

    code = "TOTP_ENROLLED_ALREADY"


def matching_step(secret: str, code: str, now: datetime) -> int | None:
    """Give the 30-second step whose code this is, among those a phone may be in now; None for a wrong code."""
    present = int(now.timestamp()) // STEP_SECONDS
    for step in range(present - STEPS_APART, present + STEPS_APART + 1):
        if hmac.compare_digest(TOTP(secret).generate_otp(step).encode(), code.encode()):
            return step
    return None


def enrolment_uri(secret: str, login: str, lender: str) -> str:
    """Give what an authenticator app reads from a QR code, such as `otpauth://totp/Goodterms:li.ming?secret=…`."""
    return TOTP(secret).provisioning_uri(name=login, issuer_name=lender)
