"""Repaying early."""

from dataclasses import dataclass

from notifications.loans.about import AboutLoan
from rules.notifications.classes import MessageClass


@dataclass(frozen=True, kw_only=True)
class LoanWithdrawn(AboutLoan):
    """Sent once a loan is undone within its cooling-off time: what was received is paid back, and nothing is owed."""

    message_class = MessageClass.SERVICE
