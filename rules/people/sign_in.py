"""Signing in: how long codes hold, how often one may try, and what a failure says: nothing."""

from dataclasses import dataclass
from datetime import timedelta

from rules.errors import Refused

CODE_DIGITS = 6
CODE_LIFETIME = timedelta(minutes=5)
CODE_TRIES = 5
"""Wrong codes after which the code is worth nothing."""

CODE_REQUESTS_PER_PHONE_AND_HOUR = 5
"""Unless the settings say otherwise, as all limits by the hour."""
CODE_REQUESTS_PER_ADDRESS_AND_HOUR = 30
"""More than per phone: a branch's or a carrier's customers share one network address."""
TRIES_PER_PERSON_AND_HOUR = 20
"""Codes or passwords tried for one phone or login."""
TRIES_PER_ADDRESS_AND_HOUR = 100


@dataclass(eq=False)
class SignInFailed(Refused):
    """Wrong, expired or used up. Which of them, and whether we know this phone or login, is not told."""

    code = "SIGN_IN_FAILED"


@dataclass(eq=False)
class TooManyAttempts(Refused):
    """Too many attempts about this phone or login, or from this network. Wait, then try again."""

    code = "TOO_MANY_ATTEMPTS"
    retry_after: int
    """Seconds to wait."""
