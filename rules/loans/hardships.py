"""Asking for help when paying becomes difficult: at any hour, in a few words, and nobody calls about debts meanwhile."""

from dataclasses import dataclass
from enum import StrEnum

from rules.errors import Refused
from rules.loans.changes import ChangeKind
from rules.people.access import CUSTOMERS, IN_CHARGE, MANAGERS, Role
from rules.states import Move, StateMachine

HELP = (ChangeKind.EXTENSION, ChangeKind.HOLIDAY, ChangeKind.CAPITALISATION, ChangeKind.DUE_DAY, ChangeKind.DISCOUNT)
"""The changes by which a plan helps."""


class Situation(StrEnum):
    """What has become difficult."""

    ILLNESS = "ILLNESS"
    """Somebody is ill, or was hurt."""
    JOB_LOST = "JOB_LOST"
    """Work or business is gone."""
    LESS_INCOME = "LESS_INCOME"
    """Less comes in than before."""
    FAMILY = "FAMILY"
    """A birth, a death, a separation."""
    DISASTER = "DISASTER"
    """Flood, fire, earthquake."""
    OTHER = "OTHER"
    """Something else; nobody has to say what."""


class HardshipStatus(StrEnum):
    """Where a request for help stands."""

    OPEN = "OPEN"
    """Somebody in charge looks for a way."""
    PLAN_PROPOSED = "PLAN_PROPOSED"
    """A plan waits for a colleague's approval, then for the customer's word."""
    AGREED = "AGREED"
    """The customer accepted the plan, and it holds."""
    DECLINED = "DECLINED"
    """There is no way; the answer says why."""
    WITHDRAWN = "WITHDRAWN"
    """None is needed any more: he says so, or nothing is owed."""


WAITING = (HardshipStatus.OPEN, HardshipStatus.PLAN_PROPOSED)
HARDSHIP_MOVES = StateMachine(
    HardshipStatus.OPEN,
    (
        Move(HardshipStatus.OPEN, HardshipStatus.PLAN_PROPOSED, IN_CHARGE, "propose a plan"),
        Move(HardshipStatus.PLAN_PROPOSED, HardshipStatus.AGREED, CUSTOMERS, "agree"),
        Move(HardshipStatus.PLAN_PROPOSED, HardshipStatus.OPEN, CUSTOMERS | MANAGERS | {Role.SYSTEM}, "look on"),
        Move(HardshipStatus.OPEN, HardshipStatus.DECLINED, IN_CHARGE, "decline"),
        Move(HardshipStatus.OPEN, HardshipStatus.WITHDRAWN, CUSTOMERS | {Role.SYSTEM}, "withdraw"),
        Move(HardshipStatus.PLAN_PROPOSED, HardshipStatus.WITHDRAWN, CUSTOMERS | {Role.SYSTEM}, "withdraw from a plan"),
    ),
)


@dataclass(eq=False)
class HelpUnderWay(Refused):
    """He asked for help: until that is answered nobody speaks to him about the debt. Answer his request."""

    code = "HELP_UNDER_WAY"


@dataclass(eq=False)
class AlreadyAsked(Refused):
    """We have your request, and look for a way."""

    code = "ALREADY_ASKED"
