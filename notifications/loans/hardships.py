"""Help when paying becomes difficult."""

from dataclasses import dataclass

from notifications.loans.about import AboutLoan
from rules.notifications.classes import MessageClass


@dataclass(frozen=True, kw_only=True)
class HelpAsked(AboutLoan):
    """Sent once a customer has asked for help: that it was heard, and that nobody calls about the debt meanwhile."""

    message_class = MessageClass.SERVICE


@dataclass(frozen=True, kw_only=True)
class HelpAskedAgain(AboutLoan):
    """Sent in its place where there was no way a short while ago: it was heard, and calls may go on."""

    message_class = MessageClass.SERVICE


@dataclass(frozen=True, kw_only=True)
class HelpDeclined(AboutLoan):
    """Sent where no way was found; why is read in the app."""

    message_class = MessageClass.SERVICE
