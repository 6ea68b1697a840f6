"""Repaying a loan."""

from dataclasses import dataclass

from notifications.loans.about import AboutLoan
from rules.money import Money
from rules.notifications.classes import MessageClass


@dataclass(frozen=True, kw_only=True)
class RepaymentReceived(AboutLoan):
    """Sent once a payment is booked. The push says so; the amount waits behind the lock screen, in the app."""

    message_class = MessageClass.PAYMENT
    amount: Money


@dataclass(frozen=True, kw_only=True)
class RepaymentFailed(AboutLoan):
    """Sent when a payment that was still pending has failed after all: nothing was taken."""

    message_class = MessageClass.PAYMENT
    amount: Money


@dataclass(frozen=True, kw_only=True)
class LoanRepaid(AboutLoan):
    """Sent once nothing is left to pay."""

    message_class = MessageClass.PAYMENT
