"""Reversing a payment."""

from dataclasses import dataclass

from notifications.events import Event, link_to
from rules.money import Money
from rules.notifications.classes import MessageClass


@dataclass(frozen=True, kw_only=True)
class RepaymentReversed(Event):
    """Sent once a payment is reversed: what it had paid is owed again."""

    message_class = MessageClass.PAYMENT
    loan_id: int
    number: str
    """Such as L-2026-000123."""
    amount: Money

    def link(self) -> str:
        return link_to("loans", self.loan_id)
