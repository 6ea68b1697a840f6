"""Partners: who hands rewards out, and the words by which they tell us."""

import hmac
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import sha256

from rules.errors import Refused

TOLERANCE_SECONDS = 300
"""How far the clock of a partner may be from ours; an older word is not believed."""


class PartnerWord(StrEnum):
    """What a partner says about an order."""

    CONFIRMED = "CONFIRMED"
    """He handed it out."""
    REFUSED = "REFUSED"
    """He does not hand it out."""


class PartnerResult(StrEnum):
    """What came of a partner's word."""

    FULFILLED = "FULFILLED"
    """The order is fulfilled."""
    CANCELLED = "CANCELLED"
    """The order is cancelled, and the customer has his points back."""
    REPEATED = "REPEATED"
    """It had ended so before, by another word: whoever hands it out now hands it out a second time."""
    CONTRADICTED = "CONTRADICTED"
    """The order had ended otherwise before: it stays as it is, and is flagged for staff."""
    UNKNOWN = "UNKNOWN"
    """No order with this code is his."""


@dataclass(eq=False)
class PartnerNameTaken(Refused):
    """Another partner has this name."""

    code = "PARTNER_NAME_TAKEN"
    path = ("name",)


@dataclass(eq=False)
class WordNotBelieved(Refused):
    """It is not signed by this partner, or was not sent just now."""

    code = "WORD_NOT_BELIEVED"


@dataclass(eq=False)
class WordDiffers(Refused):
    """Another word has this id."""

    code = "WORD_DIFFERS"


def signature_of(secret: str, timestamp: str, body: bytes) -> str:
    """Sign a body sent at a time (seconds since 1970, as text): HMAC-SHA256 over `timestamp.body`, in hexadecimal."""
    return hmac.new(secret.encode(), timestamp.encode() + b"." + body, sha256).hexdigest()


def is_signed(secret: str, timestamp: str, body: bytes, signature: str) -> bool:
    """Say whether a signature is right; takes as long for a wrong one."""
    expected = signature_of(secret, timestamp, body)
    return hmac.compare_digest(expected.encode(), signature.encode(errors="replace"))


def is_recent(timestamp: str, now: datetime) -> bool:
    """Say whether something was sent within the last minutes, by a clock that may differ as much."""
    if not (timestamp.isascii() and timestamp.isdecimal() and len(timestamp) <= 12):
        return False
    return abs(int(timestamp) - now.timestamp()) <= TOLERANCE_SECONDS
