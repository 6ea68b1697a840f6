"""Cancelling a loan before it is paid out."""

from dataclasses import dataclass

from notifications.loans.about import AboutLoan
from rules.notifications.classes import MessageClass


@dataclass(frozen=True, kw_only=True)
class LoanCancelled(AboutLoan):
    """Sent once a signed loan is cancelled: nothing is paid out, and nothing is owed."""

    message_class = MessageClass.SERVICE
