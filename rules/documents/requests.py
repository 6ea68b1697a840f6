"""Papers that an officer asks for, and what becomes of those that are handed in."""

from enum import StrEnum

from rules.people.access import CUSTOMERS, IN_CHARGE
from rules.states import Move, StateMachine


class PaperKind(StrEnum):
    """Which paper."""

    IDENTITY_CARD_FRONT = "IDENTITY_CARD_FRONT"
    """The side with the picture."""
    IDENTITY_CARD_BACK = "IDENTITY_CARD_BACK"
    """The side with the emblem."""
    PAYSLIP = "PAYSLIP"
    """Of the last month."""
    BANK_STATEMENT = "BANK_STATEMENT"
    """Of the last six months."""
    EMPLOYMENT_PROOF = "EMPLOYMENT_PROOF"
    """A letter of the employer, or a business licence."""
    RESIDENCE_PROOF = "RESIDENCE_PROOF"
    """A bill or a lease with the address."""
    PURPOSE_PROOF = "PURPOSE_PROOF"
    """An invoice or contract that shows what the money is for."""
    OTHER = "OTHER"
    """What the reason says."""


class RequestStatus(StrEnum):
    """Where a request for a paper stands."""

    OPEN = "OPEN"
    """Waiting for the customer."""
    HANDED_IN = "HANDED_IN"
    """Waiting for somebody to look at it."""
    ACCEPTED = "ACCEPTED"
    """It says what it has to."""
    CANCELLED = "CANCELLED"
    """It is not needed any more."""


REQUEST_MOVES = StateMachine(
    RequestStatus.OPEN,
    (
        Move(RequestStatus.OPEN, RequestStatus.HANDED_IN, CUSTOMERS, "hand in"),
        Move(RequestStatus.HANDED_IN, RequestStatus.ACCEPTED, IN_CHARGE, "accept"),
        Move(RequestStatus.HANDED_IN, RequestStatus.OPEN, IN_CHARGE, "refuse"),
        Move(RequestStatus.OPEN, RequestStatus.CANCELLED, IN_CHARGE, "cancel"),
    ),
)
