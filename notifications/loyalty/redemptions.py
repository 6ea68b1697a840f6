"""Redemptions."""

from dataclasses import dataclass

from notifications.events import Event, link_to
from rules.notifications.classes import MessageClass


@dataclass(frozen=True, kw_only=True)
class AboutRedemption(Event, is_kind=False):
    """What became of points that were exchanged: it leads there."""

    redemption_id: int
    points: int

    def link(self) -> str:
        return link_to("redemptions", self.redemption_id)


@dataclass(frozen=True, kw_only=True)
class RewardRedeemed(AboutRedemption):
    """Sent once points are exchanged for a reward: a voucher can be used, an order waits for its partner."""

    message_class = MessageClass.SERVICE


@dataclass(frozen=True, kw_only=True)
class RewardReady(AboutRedemption):
    """Sent once a partner says that he handed a reward out."""

    message_class = MessageClass.SERVICE


@dataclass(frozen=True, kw_only=True)
class RewardCancelled(AboutRedemption):
    """Sent once a reward is cancelled, by whomever, and its points are back."""

    message_class = MessageClass.SERVICE
