"""Levels."""

from dataclasses import dataclass
from datetime import date

from notifications.events import Event
from rules.notifications.classes import MessageClass
from rules.people.kinds import Bilingual


@dataclass(frozen=True, kw_only=True)
class AboutTier(Event, is_kind=False):
    """Something about somebody's level."""

    tier: Bilingual
    """The name of the level that it is about."""

    @property
    def tag(self) -> str:
        return "tier"

    def link(self) -> str:
        return "goodterms://tier"


@dataclass(frozen=True, kw_only=True)
class TierReached(AboutTier):
    """Sent as soon as the points for a level are there."""

    message_class = MessageClass.SERVICE


@dataclass(frozen=True, kw_only=True)
class TierEnding(AboutTier):
    """Sent 60 and 30 days before a level's year is over, and on that day, while points are missing to keep it."""

    message_class = MessageClass.SERVICE
    missing: int
    """How many."""
    last_on: date
    """By then they have to be there."""


@dataclass(frozen=True, kw_only=True)
class TierChanged(AboutTier):
    """Sent once somebody has the level below, because the points for the one he had were missing to the end."""

    message_class = MessageClass.SERVICE
