"""Paying a loan out."""

from dataclasses import dataclass
from datetime import date

from notifications.events import Event, link_to
from rules.money import Money
from rules.notifications.classes import MessageClass


@dataclass(frozen=True, kw_only=True)
class LoanPaidOut(Event):
    """Sent once the money has left for the customer's account."""

    message_class = MessageClass.PAYMENT
    loan_id: int
    number: str
    """Such as L-2026-000123."""
    amount: Money
    """What reaches the customer, fees taken off."""
    first_due_on: date
    """When the first installment is due."""

    def link(self) -> str:
        return link_to("loans", self.loan_id)


@dataclass(frozen=True, kw_only=True)
class TranchePaidOut(Event):
    """Sent once more money of a loan has left for the customer's account."""

    message_class = MessageClass.PAYMENT
    loan_id: int
    number: str
    """Such as L-2026-000123."""
    amount: Money
    """What reaches the customer."""

    def link(self) -> str:
        return link_to("loans", self.loan_id)


@dataclass(frozen=True, kw_only=True)
class TranchePayoutFailed(Event):
    """Sent when the bank, asked earlier, would not pay a tranche out: the customer can name another account."""

    message_class = MessageClass.PAYMENT
    loan_id: int
    number: str
    """Such as L-2026-000123."""

    def link(self) -> str:
        return link_to("loans", self.loan_id)


@dataclass(frozen=True, kw_only=True)
class LoanPayoutFailed(Event):
    """Sent when the bank, asked earlier, would not pay the loan out: the customer can name another account."""

    message_class = MessageClass.PAYMENT
    loan_id: int
    number: str
    """Such as L-2026-000123."""

    def link(self) -> str:
        return link_to("loans", self.loan_id)
