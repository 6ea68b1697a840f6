"""Sending back what was paid too much."""

from dataclasses import dataclass

from notifications.events import Event, link_to
from rules.money import Money
from rules.notifications.classes import MessageClass


@dataclass(frozen=True, kw_only=True)
class CreditLeft(Event):
    """Sent once a loan is settled and more was paid than it asked for: the customer can have it sent back."""

    message_class = MessageClass.PAYMENT
    loan_id: int
    number: str
    """Such as L-2026-000123."""
    amount: Money
    """What was paid too much."""

    def link(self) -> str:
        return link_to("loans", self.loan_id)


@dataclass(frozen=True, kw_only=True)
class RefundPaidOut(Event):
    """Sent once what was paid too much has left for the customer's account."""

    message_class = MessageClass.PAYMENT
    loan_id: int
    number: str
    """Such as L-2026-000123."""
    amount: Money
    """What is sent back."""

    def link(self) -> str:
        return link_to("loans", self.loan_id)


@dataclass(frozen=True, kw_only=True)
class RefundFailed(Event):
    """Sent when the bank, asked earlier, would not pay a refund out: the customer can name another account."""

    message_class = MessageClass.PAYMENT
    loan_id: int
    number: str
    """Such as L-2026-000123."""

    def link(self) -> str:
        return link_to("loans", self.loan_id)
