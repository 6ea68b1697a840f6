"""Help when paying becomes difficult."""

from dataclasses import dataclass

from notifications.events import Event, link_to
from rules.notifications.classes import MessageClass


@dataclass(frozen=True, kw_only=True)
class HelpAsked(Event):
    """Sent once a customer has asked for help: that it was heard, and that nobody calls about the debt meanwhile."""

    message_class = MessageClass.SERVICE
    loan_id: int
    number: str
    """Such as L-2026-000123."""

    def link(self) -> str:
        return link_to("loans", self.loan_id)


@dataclass(frozen=True, kw_only=True)
class HelpAskedAgain(Event):
    """Sent in its place where there was no way a short while ago: it was heard, and calls may go on."""

    message_class = MessageClass.SERVICE
    loan_id: int
    number: str
    """Such as L-2026-000123."""

    def link(self) -> str:
        return link_to("loans", self.loan_id)


@dataclass(frozen=True, kw_only=True)
class HelpDeclined(Event):
    """Sent where no way was found; why is read in the app."""

    message_class = MessageClass.SERVICE
    loan_id: int
    number: str
    """Such as L-2026-000123."""

    def link(self) -> str:
        return link_to("loans", self.loan_id)
