"""Writing a loan off."""

from dataclasses import dataclass

from notifications.loans.about import AboutLoan
from rules.money import Money
from rules.notifications.classes import MessageClass


@dataclass(frozen=True, kw_only=True)
class LoanWrittenOff(AboutLoan):
    """Sent once a loan is written off: what is owed stays owed, and can be paid as before."""

    message_class = MessageClass.OVERDUE
    amount: Money
    """Principal still to be paid."""
