"""Points."""

from dataclasses import dataclass
from datetime import date

from notifications.events import Event
from rules.notifications.classes import MessageClass


@dataclass(frozen=True, kw_only=True)
class PointsEarned(Event):
    """Sent once points are on the account."""

    message_class = MessageClass.SERVICE
    points: int

    def link(self) -> str:
        return "goodterms://points"


@dataclass(frozen=True, kw_only=True)
class PointsAdjusted(Event):
    """Sent once a member of staff has given points, or taken some (less than 0)."""

    message_class = MessageClass.SERVICE
    points: int

    def link(self) -> str:
        return "goodterms://points"


@dataclass(frozen=True, kw_only=True)
class PointsExpiring(Event):
    """Sent some weeks and some days before points expire, while something can be had for them."""

    message_class = MessageClass.SERVICE
    points: int
    last_on: date

    def link(self) -> str:
        return "goodterms://points"
