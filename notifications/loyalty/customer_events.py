"""What those are told who registered for an event."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from notifications.events import Event, link_to
from rules.notifications.classes import MessageClass


@dataclass(frozen=True, kw_only=True)
class AboutCustomerEvent(Event, is_kind=False):
    """Something about an event that somebody registered for, which begins at a time."""

    customer_event_id: int
    starts_at: datetime

    @property
    def tag(self) -> str:
        return f"event-{self.customer_event_id}"

    def link(self) -> str:
        return link_to("events", self.customer_event_id)

    def good_until(self, zone: ZoneInfo) -> datetime | None:  # noqa: ARG002  A moment is one in every zone.
        return self.starts_at


@dataclass(frozen=True, kw_only=True)
class CustomerEventSoon(AboutCustomerEvent):
    """Sent some days, and some hours, before an event begins, to whoever has a seat."""

    message_class = MessageClass.REMINDER


@dataclass(frozen=True, kw_only=True)
class SeatOffered(AboutCustomerEvent):
    """Sent when a seat came free and is held for the first of the waiting list."""

    message_class = MessageClass.SERVICE
    until: datetime
    """Until when it is held."""

    def good_until(self, zone: ZoneInfo) -> datetime | None:  # noqa: ARG002
        return self.until


@dataclass(frozen=True, kw_only=True)
class CustomerEventCancelled(AboutCustomerEvent):
    """Sent to everybody registered for an event that does not take place."""

    message_class = MessageClass.SERVICE
