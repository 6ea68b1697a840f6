"""Points."""

from dataclasses import dataclass

from notifications.events import Event
from rules.notifications.classes import MessageClass


@dataclass(frozen=True, kw_only=True)
class PointsEarned(Event):
    """Sent once points are on the account."""

    message_class = MessageClass.SERVICE
    points: int

    def link(self) -> str:
        return "goodterms://points"
