"""Congratulations: to those only who consented to be told of such things. A lock screen does not say on what."""

from dataclasses import dataclass

from notifications.events import Event, link_to
from rules.notifications.classes import Category, MessageClass


@dataclass(frozen=True, kw_only=True)
class Congratulation(Event, is_kind=False):
    """Something was reached. It is no offer, and goes as one does: with consent, by day, to nobody who is late."""

    @property
    def category(self) -> Category:
        return Category.LOYALTY


@dataclass(frozen=True, kw_only=True)
class AnniversaryReached(Congratulation):
    """Sent on the day on which somebody became a customer, each year."""

    message_class = MessageClass.PROMOTION
    years: int


@dataclass(frozen=True, kw_only=True)
class PayoffReached(Congratulation):
    """Sent on the day after a loan was paid off."""

    message_class = MessageClass.PROMOTION
    loan_id: int

    def link(self) -> str:
        return link_to("loans", self.loan_id)


@dataclass(frozen=True, kw_only=True)
class FirstYearKept(Congratulation):
    """Sent once the first year of a loan is over, where everything was paid when it was due."""

    message_class = MessageClass.PROMOTION
    loan_id: int

    def link(self) -> str:
        return link_to("loans", self.loan_id)
