"""Promises that staff write down for a customer."""

from dataclasses import dataclass
from datetime import date

from notifications.events import Event, link_to
from rules.money import Money
from rules.notifications.classes import MessageClass


@dataclass(frozen=True, kw_only=True)
class PromiseWrittenDown(Event):
    """Sent once a member of staff wrote down what the customer said he will pay: he may see it otherwise."""

    message_class = MessageClass.SERVICE
    loan_id: int
    number: str
    """Such as L-2026-000123."""
    amount: Money
    """What he said."""
    due_on: date
    """By when."""

    def link(self) -> str:
        return link_to("loans", self.loan_id)


@dataclass(frozen=True, kw_only=True)
class PromiseTakenBack(Event):
    """Sent once a member of staff took back what was written down so."""

    message_class = MessageClass.SERVICE
    loan_id: int
    number: str
    """Such as L-2026-000123."""

    def link(self) -> str:
        return link_to("loans", self.loan_id)
