"""Cancelling a loan before it is paid out."""

from dataclasses import dataclass

from notifications.events import Event, link_to
from rules.notifications.classes import MessageClass


@dataclass(frozen=True, kw_only=True)
class LoanCancelled(Event):
    """Sent once a signed loan is cancelled: nothing is paid out, and nothing is owed."""

    message_class = MessageClass.SERVICE
    loan_id: int
    number: str
    """Such as L-2026-000123."""

    def link(self) -> str:
        return link_to("loans", self.loan_id)
