"""Bringing friends. Nobody learns from a message what somebody else has done: it goes out on a fixed day."""

from dataclasses import dataclass

from notifications.events import Event
from rules.notifications.classes import MessageClass

LINK = "goodterms://referrals"


@dataclass(frozen=True, kw_only=True)
class FriendWelcomed(Event):
    """Sent to whoever came by a code, once his points are on the account."""

    message_class = MessageClass.SERVICE
    points: int

    def link(self) -> str:
        return LINK


@dataclass(frozen=True, kw_only=True)
class ReferralRewarded(Event):
    """Sent to whoever gave his code to a friend, once his points are on the account. It does not say which friend."""

    message_class = MessageClass.SERVICE
    points: int

    def link(self) -> str:
        return LINK


@dataclass(frozen=True, kw_only=True)
class ReferralTakenBack(Event):
    """Sent to either of the two when points are taken back. It does not say why."""

    message_class = MessageClass.SERVICE
    points: int

    def link(self) -> str:
        return LINK
