"""Changes of a loan that one person proposes and another decides."""

from dataclasses import dataclass
from enum import StrEnum

from rules.errors import Refused
from rules.people.access import MANAGERS
from rules.states import Move, StateMachine


class ChangeKind(StrEnum):
    """What is to change."""

    WRITE_OFF = "WRITE_OFF"
    """What is still owed is no longer expected, and leaves the books; it stays owed."""


class ChangeStatus(StrEnum):
    """Where a proposed change stands."""

    PROPOSED = "PROPOSED"
    """Waiting for somebody else to decide it."""
    APPROVED = "APPROVED"
    """Decided, and made with that."""
    DECLINED = "DECLINED"
    """Decided against; nothing changed."""


CHANGE_MOVES = StateMachine(
    ChangeStatus.PROPOSED,
    (
        Move(ChangeStatus.PROPOSED, ChangeStatus.APPROVED, MANAGERS, "approve"),
        Move(ChangeStatus.PROPOSED, ChangeStatus.DECLINED, MANAGERS, "decline"),
    ),
)


@dataclass(eq=False)
class AlreadyProposed(Refused):
    """The same change of this loan waits for its decision already."""

    code = "ALREADY_PROPOSED"
