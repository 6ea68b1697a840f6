"""What this room needs to know about the installation."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from rules.notifications.caps import Caps

if TYPE_CHECKING:
    from notifications.channels import Channel


@dataclass(frozen=True)
class NotificationSettings:
    """Where what happened is told, and in whose time."""

    channels: tuple["Channel", ...]
    """Every event goes to each of them."""
    zone: ZoneInfo
    """The lender's time zone: times in texts are its."""
    caps: Caps = field(default_factory=Caps)
    """How often somebody is offered something."""


_settings = NotificationSettings((), ZoneInfo("Asia/Shanghai"))


def configure(*, channels: Sequence["Channel"], zone: str = "Asia/Shanghai", caps: Caps | None = None) -> None:
    """Hand in the settings, once, from a front door."""
    global _settings
    _settings = NotificationSettings(tuple(channels), ZoneInfo(zone), caps or Caps())


def configured() -> NotificationSettings:
    """Give the settings a front door handed in; without one, no channels and the time of Shanghai."""
    return _settings
