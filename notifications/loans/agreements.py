"""Changes of a loan by agreement."""

from dataclasses import dataclass
from datetime import date

from notifications.loans.about import AboutLoan
from rules.notifications.classes import MessageClass


@dataclass(frozen=True, kw_only=True)
class LoanChangeOffered(AboutLoan):
    """Sent once a change of a loan waits for its customer."""

    message_class = MessageClass.SERVICE
    until: date
    """The last day on which it can be accepted."""


@dataclass(frozen=True, kw_only=True)
class LoanChanged(AboutLoan):
    """Sent once a change is made: the customer has accepted it, or penalty interest is waived."""

    message_class = MessageClass.SERVICE
