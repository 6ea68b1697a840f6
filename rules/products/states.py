"""The life of a product's version."""

from enum import StrEnum

from rules.people.access import MANAGERS
from rules.states import Move, StateMachine


class VersionStatus(StrEnum):
    """Where the terms of a product stand."""

    PROPOSED = "PROPOSED"
    """Waiting for somebody else to decide them."""
    APPROVED = "APPROVED"
    """They hold from their day on, until later ones do."""
    DECLINED = "DECLINED"
    """Decided against; nobody ever borrows on them."""


VERSION_MOVES = StateMachine(
    VersionStatus.PROPOSED,
    (
        Move(VersionStatus.PROPOSED, VersionStatus.APPROVED, MANAGERS, "approve"),
        Move(VersionStatus.PROPOSED, VersionStatus.DECLINED, MANAGERS, "decline"),
    ),
)
