"""What must be in place before an application goes on, and the refusals where it is not."""

from dataclasses import dataclass
from datetime import date

from rules.errors import Refused


@dataclass(eq=False)
class DisclosureNotAcknowledged(Refused):
    """The whole cost must be shown and acknowledged before this step. Acknowledge the disclosure first."""

    # Loans without it are refused by law from 2026-08-01: 明示综合融资成本 [S].
    code = "DISCLOSURE_NOT_ACKNOWLEDGED"


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
