"""Sending back what was paid too much."""

from dataclasses import dataclass

from notifications.loans.about import AboutLoan
from rules.money import Money
from rules.notifications.classes import MessageClass


@dataclass(frozen=True, kw_only=True)
class CreditLeft(AboutLoan):
    """Sent once a loan is settled and more was paid than it asked for: the customer can have it sent back."""

    message_class = MessageClass.PAYMENT
    amount: Money
    """What was paid too much."""


@dataclass(frozen=True, kw_only=True)
class RefundPaidOut(AboutLoan):
    """Sent once what was paid too much has left for the customer's account."""

    message_class = MessageClass.PAYMENT
    amount: Money
    """What is sent back."""


@dataclass(frozen=True, kw_only=True)
class RefundFailed(AboutLoan):
    """Sent when the bank, asked earlier, would not pay a refund out: the customer can name another account."""

    message_class = MessageClass.PAYMENT
