"""Promises that staff write down for a customer."""

from dataclasses import dataclass
from datetime import date

from notifications.loans.about import AboutLoan
from rules.money import Money
from rules.notifications.classes import MessageClass


@dataclass(frozen=True, kw_only=True)
class PromiseWrittenDown(AboutLoan):
    """Sent once a member of staff wrote down what the customer said he will pay: he may see it otherwise."""

    message_class = MessageClass.SERVICE
    amount: Money
    """What he said."""
    due_on: date
    """By when."""


@dataclass(frozen=True, kw_only=True)
class PromiseTakenBack(AboutLoan):
    """Sent once a member of staff took back what was written down so."""

    message_class = MessageClass.SERVICE
