"""What this room needs to know about the installation."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from models.notifications.queue import LEASE
from rules.notifications.caps import Caps
from rules.notifications.classes import Lane

if TYPE_CHECKING:
    from notifications.channels.console import Console


@dataclass(frozen=True, kw_only=True)
class NotificationSettings:
    """How what happened is told, and in whose time."""

    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("Asia/Shanghai"))
    """The lender's time zone: times in texts are its."""
    lanes: frozenset[Lane] = frozenset()
    """Who carries messages out of the house; a lane that is not here is not used."""
    lease: timedelta = LEASE
    """How long a worker has the messages that it claimed for itself: longer than the slowest answer and its record take."""
    console: "Console | None" = None
    """Where pushes are printed, for whoever develops; none: nowhere."""
    fewest_people: int = 10
    """Of fewer people a marketer reads no number, and so few cannot be named by a list."""
    public_url: str = "http://127.0.0.1:8000"
    """Where people reach this server, for the links in messages."""
    caps: Caps = field(default_factory=Caps)
    """How often somebody is offered something."""


_settings = NotificationSettings()


def configure(settings: NotificationSettings) -> None:
    """Hand in the settings, once, from a front door."""
    global _settings
    _settings = settings


def configured() -> NotificationSettings:
    """Give the settings a front door handed in; without one, no way out but the inbox, and the time of Shanghai."""
    return _settings
