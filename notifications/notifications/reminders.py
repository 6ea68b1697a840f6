"""Reminders of what is due, and of what a customer wanted to be reminded of."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from notifications.events import Event, link_to
from rules.money import Money
from rules.notifications.classes import MessageClass
from rules.notifications.hours import end_of_day
from rules.notifications.reminders import FALLBACK_AT


@dataclass(frozen=True, kw_only=True)
class Due(Event, is_kind=False):
    """Something of one or several loans is due on a day. One customer gets one of them a day, whatever he owes."""

    due_on: date
    amounts: tuple[Money, ...]
    """What is still to be paid of that day, by currency."""

    @property
    def about_due_on(self) -> date:
        return self.due_on

    @property
    def tag(self) -> str:
        return f"due-{self.due_on.isoformat()}"

    def link(self) -> str:
        return "goodterms://due"


@dataclass(frozen=True, kw_only=True)
class InstallmentDueSoon(Due):
    """Sent some days before a due day."""

    message_class = MessageClass.REMINDER
    days: int
    """How many."""

    def good_until(self, zone: ZoneInfo) -> datetime:
        return end_of_day(self.due_on, zone)


@dataclass(frozen=True, kw_only=True)
class InstallmentDueToday(Due):
    """Sent on a due day; by SMS, too, to whoever has not opened it by noon."""

    message_class = MessageClass.REMINDER

    def good_until(self, zone: ZoneInfo) -> datetime:
        return end_of_day(self.due_on, zone)

    def falls_back_at(self, zone: ZoneInfo) -> datetime:
        return datetime.combine(self.due_on, FALLBACK_AT, zone)


@dataclass(frozen=True, kw_only=True)
class InstallmentOverdue(Due):
    """Sent some days after a due day of which something is still open: a contact of collection, with what help there is."""

    message_class = MessageClass.OVERDUE
    days: int
    """How many."""


@dataclass(frozen=True, kw_only=True)
class OwnReminderCame(Event):
    """Sent when the time has come that a customer chose himself; his own words are read in the app."""

    message_class = MessageClass.REMINDER
    reminder_id: int
    due_on: date | None = None
    """The due day of the reminder that he put off; None for one of his own."""

    @property
    def about_due_on(self) -> date | None:
        return self.due_on

    @property
    def tag(self) -> str:
        return f"own-{self.reminder_id}" if self.due_on is None else f"due-{self.due_on.isoformat()}"

    def link(self) -> str:
        return link_to("reminders", self.reminder_id)
