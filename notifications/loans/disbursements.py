"""Paying a loan out."""

from dataclasses import dataclass
from datetime import date

from notifications.loans.about import AboutLoan
from rules.money import Money
from rules.notifications.classes import MessageClass


@dataclass(frozen=True, kw_only=True)
class LoanPaidOut(AboutLoan):
    """Sent once the money has left for the customer's account."""

    message_class = MessageClass.PAYMENT
    amount: Money
    """What reaches the customer, fees taken off."""
    first_due_on: date
    """When the first installment is due."""


@dataclass(frozen=True, kw_only=True)
class TranchePaidOut(AboutLoan):
    """Sent once more money of a loan has left for the customer's account."""

    message_class = MessageClass.PAYMENT
    amount: Money
    """What reaches the customer."""


@dataclass(frozen=True, kw_only=True)
class TranchePayoutFailed(AboutLoan):
    """Sent when the bank, asked earlier, would not pay a tranche out: the customer can name another account."""

    message_class = MessageClass.PAYMENT


@dataclass(frozen=True, kw_only=True)
class LoanPayoutFailed(AboutLoan):
    """Sent when the bank, asked earlier, would not pay the loan out: the customer can name another account."""

    message_class = MessageClass.PAYMENT
