"""Writing a loan off."""

from dataclasses import dataclass

from notifications.events import Event, link_to
from rules.money import Money
from rules.notifications.classes import MessageClass


@dataclass(frozen=True, kw_only=True)
class LoanWrittenOff(Event):
    """Sent once a loan is written off: what is owed stays owed, and can be paid as before."""

    message_class = MessageClass.OVERDUE
    loan_id: int
    number: str
    """Such as L-2026-000123."""
    amount: Money
    """Principal still to be paid."""

    def link(self) -> str:
        return link_to("loans", self.loan_id)
