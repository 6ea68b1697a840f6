"""What is told of complaints and requests. Answers are read in the app."""

from dataclasses import dataclass
from datetime import datetime

from notifications.loans.about import AboutLoan
from notifications.service.about import AboutCase
from rules.money import Money
from rules.notifications.classes import MessageClass


@dataclass(frozen=True, kw_only=True)
class CaseOpened(AboutCase):
    """Sent at once: we have it, it has a number, and by when somebody says something."""

    message_class = MessageClass.SERVICE
    due_at: datetime


@dataclass(frozen=True, kw_only=True)
class CaseReplied(AboutCase):
    """Sent when one of us wrote something."""

    message_class = MessageClass.SERVICE


@dataclass(frozen=True, kw_only=True)
class CaseAsked(AboutCase):
    """Sent when we asked something, and wait."""

    message_class = MessageClass.SERVICE


@dataclass(frozen=True, kw_only=True)
class CaseWaits(AboutCase):
    """Sent twice while we wait for the customer."""

    message_class = MessageClass.SERVICE


@dataclass(frozen=True, kw_only=True)
class CaseUnheard(AboutCase):
    """Sent where a request was closed because we heard no more."""

    message_class = MessageClass.SERVICE


@dataclass(frozen=True, kw_only=True)
class CaseTakesLonger(AboutCase):
    """Sent where the law gives more days; why is read in the app. Before that the days do not hold."""

    message_class = MessageClass.SERVICE
    days: int
    """How many in all."""


@dataclass(frozen=True, kw_only=True)
class CaseDelayed(AboutCase):
    """Sent where we did not keep what was promised."""

    message_class = MessageClass.SERVICE


@dataclass(frozen=True, kw_only=True)
class CaseRedressed(AboutCase):
    """Sent once something was made up for."""

    message_class = MessageClass.SERVICE


@dataclass(frozen=True, kw_only=True)
class CaseAnswered(AboutCase):
    """Sent with the answer, first or after a review."""

    message_class = MessageClass.SERVICE


@dataclass(frozen=True, kw_only=True)
class CaseReopened(AboutCase):
    """Sent when a case goes on because the answer was none."""

    message_class = MessageClass.SERVICE


@dataclass(frozen=True, kw_only=True)
class CaseMerged(AboutCase):
    """Sent where a case goes on in another one; it leads there."""

    message_class = MessageClass.SERVICE
    into: str
    """The other one's number."""


@dataclass(frozen=True, kw_only=True)
class FeeGivenBack(AboutLoan):
    """Sent once a fee was given back, in place of `RepaymentReceived`: no money came."""

    message_class = MessageClass.PAYMENT
    amount: Money
    """How much."""
