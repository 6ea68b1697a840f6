"""Repaying a loan."""

from dataclasses import dataclass

from notifications.events import Event, link_to
from rules.money import Money
from rules.notifications.classes import MessageClass


@dataclass(frozen=True, kw_only=True)
class RepaymentReceived(Event):
    """Sent once a payment is booked. The push says so; the amount waits behind the lock screen, in the app."""

    message_class = MessageClass.PAYMENT
    loan_id: int
    number: str
    """Such as L-2026-000123."""
    amount: Money

    def link(self) -> str:
        return link_to("loans", self.loan_id)


@dataclass(frozen=True, kw_only=True)
class RepaymentFailed(Event):
    """Sent when a payment that was still pending has failed after all: nothing was taken."""

    message_class = MessageClass.PAYMENT
    loan_id: int
    number: str
    """Such as L-2026-000123."""
    amount: Money

    def link(self) -> str:
        return link_to("loans", self.loan_id)


@dataclass(frozen=True, kw_only=True)
class LoanRepaid(Event):
    """Sent once nothing is left to pay."""

    message_class = MessageClass.PAYMENT
    loan_id: int
    number: str
    """Such as L-2026-000123."""

    def link(self) -> str:
        return link_to("loans", self.loan_id)
