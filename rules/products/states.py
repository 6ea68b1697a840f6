"""The life of what one person proposes of products, markets and the like, and another decides."""

from enum import StrEnum

from rules.people.access import MANAGERS
from rules.states import Move, StateMachine


class ProposalStatus(StrEnum):
    """Where a proposal stands."""

    PROPOSED = "PROPOSED"
    """Waiting for somebody else to decide it."""
    APPROVED = "APPROVED"
    """It holds from its day on, until something later does."""
    DECLINED = "DECLINED"
    """Decided against; it never holds."""


PROPOSAL_MOVES = StateMachine(
    ProposalStatus.PROPOSED,
    (
        Move(ProposalStatus.PROPOSED, ProposalStatus.APPROVED, MANAGERS, "approve"),
        Move(ProposalStatus.PROPOSED, ProposalStatus.DECLINED, MANAGERS, "decline"),
    ),
)
