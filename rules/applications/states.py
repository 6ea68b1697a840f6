"""The life of an application: which moves exist, and who may make them."""

from enum import StrEnum

from rules.people.access import CUSTOMERS, IN_CHARGE, Role
from rules.states import Move, StateMachine


class ApplicationStatus(StrEnum):
    """Where an application stands."""

    DRAFT = "DRAFT"
    """Begun, and not sent yet: only the customer acts on it."""
    SUBMITTED = "SUBMITTED"
    """Sent, waiting for a first look."""
    REVIEW = "REVIEW"
    """Being looked at by the lender's staff."""
    RETURNED = "RETURNED"
    """Sent back to the customer, who adds what is missing and sends it again."""
    APPROVED = "APPROVED"
    """Decided in the customer's favour; the offer follows."""
    DECLINED = "DECLINED"
    """Decided against; the decision says why."""
    OFFERED = "OFFERED"
    """An offer waits for the customer until it expires."""
    ACCEPTED = "ACCEPTED"
    """The customer took the offer; the contract can be signed."""
    EXPIRED = "EXPIRED"
    """The offer was not taken, or the contract not signed, in time."""
    WITHDRAWN = "WITHDRAWN"
    """Given up by the customer."""


FILLED_IN = (ApplicationStatus.DRAFT, ApplicationStatus.RETURNED)
"""Where the customer says what is asked for."""
UNDER_WAY = (
    *FILLED_IN,
    ApplicationStatus.SUBMITTED,
    ApplicationStatus.REVIEW,
    ApplicationStatus.APPROVED,
    ApplicationStatus.OFFERED,
)
"""Where its end is not known yet."""
WORKED_ON = (ApplicationStatus.SUBMITTED, ApplicationStatus.REVIEW, ApplicationStatus.RETURNED)
"""Where it belongs to somebody at the desk, or can."""


def _moves() -> list[Move[ApplicationStatus]]:
    status = ApplicationStatus
    night = frozenset({Role.SYSTEM})
    deciding = IN_CHARGE | {Role.SYSTEM}  # A policy decides as SYSTEM, within its bounds.
    return [
        Move(status.DRAFT, status.SUBMITTED, CUSTOMERS, "submit"),
        # Staff who recommend or decide from SUBMITTED make this move first: to decide is to have looked.
        Move(status.SUBMITTED, status.REVIEW, deciding, "take up"),
        Move(status.REVIEW, status.RETURNED, IN_CHARGE, "return"),
        Move(status.RETURNED, status.SUBMITTED, CUSTOMERS, "submit again"),
        Move(status.REVIEW, status.APPROVED, deciding, "approve"),
        Move(status.REVIEW, status.DECLINED, deciding, "decline"),
        Move(status.DECLINED, status.SUBMITTED, CUSTOMERS, "ask for a person"),
        Move(status.APPROVED, status.OFFERED, deciding, "offer"),
        Move(status.OFFERED, status.OFFERED, IN_CHARGE, "counter-offer"),
        Move(status.OFFERED, status.ACCEPTED, CUSTOMERS, "accept"),
        Move(status.OFFERED, status.EXPIRED, night, "expire"),
        Move(status.ACCEPTED, status.EXPIRED, night, "expire unsigned"),
        *(
            Move(before, status.WITHDRAWN, CUSTOMERS, "withdraw")
            for before in (
                status.DRAFT,
                status.SUBMITTED,
                status.REVIEW,
                status.RETURNED,
                status.APPROVED,
                status.OFFERED,
            )
        ),
    ]


APPLICATION_MOVES = StateMachine(ApplicationStatus.DRAFT, _moves())
