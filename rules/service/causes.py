"""Why complaints had to be made: a tree of causes in two levels, and what an answer owes to it."""

from dataclasses import dataclass

from rules.errors import Refused
from rules.service.cases import CaseKind, CaseOutcome

REPEATED_WITHIN_DAYS = 90
"""A complaint of the same customer with the same cause within so many days is the same one again."""
RIGHT = (CaseOutcome.UPHELD, CaseOutcome.PARTLY_UPHELD)
"""Where the customer was right, so that something went wrong here."""


@dataclass(eq=False)
class CauseCodeTaken(Refused):
    """Another cause has this code, or was proposed with it. Choose another one: what figures said of old causes stays true."""

    code = "CAUSE_CODE_TAKEN"
    path = ("code",)


@dataclass(eq=False)
class CauseParentWrong(Refused):
    """The tree has two levels: a cause stands by itself, or under one that does and is in use."""

    code = "CAUSE_PARENT_WRONG"
    path = ("parentId",)


@dataclass(eq=False)
class CauseHasParts(Refused):
    """Causes that are in use, or proposed, stand under this one. Retire or decline those first."""

    code = "CAUSE_HAS_PARTS"


@dataclass(eq=False)
class CauseMissing(Refused):
    """Where the customer was right, and where a case is marked as systemic, the answer names the cause."""

    code = "CAUSE_MISSING"
    path = ("causeId",)


@dataclass(eq=False)
class CauseNotUsable(Refused):
    """Name a cause of the second level that is in use: the others say too little, or nothing any more."""

    code = "CAUSE_NOT_USABLE"
    path = ("causeId",)


@dataclass(eq=False)
class ActionMissing(Refused):
    """What is systemic happens again: a case is closed as such once somebody does something about its cause. Have a manager open an action that names it."""

    code = "ACTION_MISSING"
    path = ("isSystemic",)


def needs_cause(kind: CaseKind, outcome: CaseOutcome | None, *, is_systemic: bool) -> bool:
    """Say whether an answer names a cause, where there are any to name."""
    return is_systemic or (kind is CaseKind.COMPLAINT and outcome in RIGHT)


def check_usable(parent_id: int | None, *, is_active: bool) -> None:
    """Let cases have a cause. Raises `CauseNotUsable`."""
    if parent_id is None or not is_active:
        raise CauseNotUsable
