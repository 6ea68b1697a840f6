"""What must be in place before an application goes on, and the refusals where it is not."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from rules.errors import Refused


@dataclass(eq=False)
class DisclosureNotAcknowledged(Refused):
    """The whole cost must be shown and acknowledged before this step. Acknowledge the disclosure first."""

    # Loans without it are refused by law from 2026-08-01: 明示综合融资成本 [S].
    code = "DISCLOSURE_NOT_ACKNOWLEDGED"


READING_TIME = timedelta(seconds=10)
"""How long a disclosure is read at least: our own default, no law names a time."""


@dataclass(eq=False)
class ReadFirst(Refused):
    """Nobody reads it that fast. Read it, then acknowledge it."""

    code = "READ_FIRST"
    not_before: datetime
    """From when it can be acknowledged, in UTC."""


def check_read(shown_at: datetime, now: datetime, reading_time: timedelta) -> None:
    """Let a text be acknowledged that was shown long enough ago. Raises `ReadFirst`."""
    if now < shown_at + reading_time:
        raise ReadFirst(not_before=shown_at + reading_time)


@dataclass(eq=False)
class IdentityMissing(Refused):
    """We do not know yet who is asking. Give name and identity number first."""

    code = "IDENTITY_MISSING"


@dataclass(eq=False)
class OfferExpired(Refused):
    """The offer was not taken in time. Apply again for a new one."""

    code = "OFFER_EXPIRED"
    expired_on: date
    """The last day on which it could be accepted."""


@dataclass(eq=False)
class AlreadySigned(Refused):
    """The contract is signed; it is signed once."""

    code = "ALREADY_SIGNED"
