"""Promotions: by whom they are made, decided and sent, and to whom."""

from dataclasses import dataclass
from enum import StrEnum

from rules.errors import Refused
from rules.people.access import MANAGERS, Role
from rules.states import Move, StateMachine

MARKETERS = frozenset({Role.MARKETER})
_HOUSE = frozenset({Role.SYSTEM})
MOST_ON_LIST = 1_000
"""So many people can be named one by one."""


class PromotionStatus(StrEnum):
    """Where a promotion stands."""

    PROPOSED = "PROPOSED"
    """Waiting for a manager's decision."""
    APPROVED = "APPROVED"
    """It is sent once its time has come."""
    DECLINED = "DECLINED"
    """Decided against; nobody is told."""
    CANCELLED = "CANCELLED"
    """Stopped; who has been told stays told."""
    SENT = "SENT"
    """Everybody was told, or left out for a reason."""


PROMOTION_MOVES = StateMachine(
    PromotionStatus.PROPOSED,
    (
        Move(PromotionStatus.PROPOSED, PromotionStatus.APPROVED, MANAGERS, "approve"),
        Move(PromotionStatus.PROPOSED, PromotionStatus.DECLINED, MANAGERS, "decline"),
        Move(PromotionStatus.PROPOSED, PromotionStatus.CANCELLED, MANAGERS | MARKETERS, "cancel"),
        Move(PromotionStatus.APPROVED, PromotionStatus.CANCELLED, MANAGERS | MARKETERS, "cancel"),
        Move(PromotionStatus.APPROVED, PromotionStatus.SENT, _HOUSE, "send"),
    ),
)


class AudienceKind(StrEnum):
    """Who is meant."""

    TIER = "TIER"
    """Customers of a tier."""
    BRANCH = "BRANCH"
    """Customers of a branch."""
    LIST = "LIST"
    """Customers named one by one."""


@dataclass(eq=False)
class AudienceUnclear(Refused):
    """A promotion is for a tier, a branch or a list: name one of them."""

    code = "AUDIENCE_UNCLEAR"


@dataclass(eq=False)
class PromotionTimesWrong(Refused):
    """A promotion begins in the future and ends after it began, within a month. Put the times right."""

    code = "PROMOTION_TIMES_WRONG"
    path = ("endsAt",)
