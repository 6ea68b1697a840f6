"""Reversing a payment."""

from dataclasses import dataclass

from notifications.loans.about import AboutLoan
from rules.money import Money
from rules.notifications.classes import MessageClass


@dataclass(frozen=True, kw_only=True)
class RepaymentReversed(AboutLoan):
    """Sent once a payment is reversed: what it had paid is owed again."""

    message_class = MessageClass.PAYMENT
    amount: Money
