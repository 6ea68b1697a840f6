"""Being reminded of what is overdue, by a member of staff."""

from dataclasses import dataclass

from notifications.events import Event, link_to
from rules.notifications.classes import MessageClass


@dataclass(frozen=True, kw_only=True)
class OverdueNotice(Event):
    """Sent by a member of staff: something is overdue, and there is help."""

    message_class = MessageClass.OVERDUE
    loan_id: int
    number: str
    """Such as L-2026-000123."""

    def link(self) -> str:
        return link_to("loans", self.loan_id)
