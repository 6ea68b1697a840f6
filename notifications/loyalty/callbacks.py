"""What is told of callbacks, and of officers of one's own."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from notifications.events import Event, link_to
from rules.notifications.classes import MessageClass


@dataclass(frozen=True, kw_only=True)
class CallbackBooked(Event):
    """Sent when a customer has booked a callback."""

    message_class = MessageClass.SERVICE
    callback_id: int
    starts_at: datetime

    def good_until(self, zone: ZoneInfo) -> datetime | None:  # noqa: ARG002  A moment is one in every zone.
        return self.starts_at

    def link(self) -> str:
        return link_to("callbacks", self.callback_id)


@dataclass(frozen=True, kw_only=True)
class CallbackMissed(Event):
    """Sent when the customer could not be reached in his slot."""

    message_class = MessageClass.SERVICE
    callback_id: int

    def link(self) -> str:
        return link_to("callbacks", self.callback_id)


@dataclass(frozen=True, kw_only=True)
class NamedOfficerAssigned(Event):
    """Sent when a customer gets an officer of his own."""

    message_class = MessageClass.SERVICE
    officer: str
    """His name."""
