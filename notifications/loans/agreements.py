"""Changes of a loan by agreement."""

from dataclasses import dataclass
from datetime import date

from notifications.events import Event, link_to
from rules.notifications.classes import MessageClass


@dataclass(frozen=True, kw_only=True)
class LoanChangeOffered(Event):
    """Sent once a change of a loan waits for its customer."""

    message_class = MessageClass.SERVICE
    loan_id: int
    number: str
    """Such as L-2026-000123."""
    until: date
    """The last day on which it can be accepted."""

    def link(self) -> str:
        return link_to("loans", self.loan_id)


@dataclass(frozen=True, kw_only=True)
class LoanChanged(Event):
    """Sent once a change is made: the customer has accepted it, or penalty interest is waived."""

    message_class = MessageClass.SERVICE
    loan_id: int
    number: str
    """Such as L-2026-000123."""

    def link(self) -> str:
        return link_to("loans", self.loan_id)
