"""How loudly each class of message speaks, on every kind of device: a table."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType
from typing import Literal

from rules.notifications.classes import MessageClass


@dataclass(frozen=True)
class Loudness:
    """How much a message may disturb, as each kind of device puts it."""

    priority: Literal["high", "normal"]
    """Whether a sleeping Android phone is woken for it: only for what its owner will see, and wants to see now."""
    interruption: Literal["active", "passive"]
    """Apple's level: never time-sensitive, which asks for an entitlement, and breaks through a chosen silence."""
    apns_priority: Literal["10", "5"]
    urgency: Literal["high", "normal", "low"]
    """Of Web Push (RFC 8030, 5.3)."""
    is_heard: bool
    """Whether it makes the usual sound."""


LOUD = Loudness("high", "active", "10", "high", is_heard=True)
PLAIN = Loudness("normal", "active", "10", "normal", is_heard=True)
QUIET = Loudness("normal", "passive", "5", "low", is_heard=False)


@dataclass(frozen=True)
class Manner:
    """What a phone is told about a message."""

    channel: str
    """The app's notification channel, which its owner may turn off by itself; on Apple's devices the thread and the category.

    What is overdue has that of what is due: a carrier is not told of anybody's arrears.
    """
    loudness: Loudness
    relevance: float
    """From 0 to 1: what Apple's summary puts on top."""
    lives: timedelta
    """How long it is worth telling if the event itself does not say."""


MANNERS: Mapping[MessageClass, Manner] = MappingProxyType(
    {
        MessageClass.SECURITY: Manner("security", LOUD, 1.0, timedelta(days=1)),
        MessageClass.PAYMENT: Manner("payment", LOUD, 0.8, timedelta(days=3)),
        MessageClass.REMINDER: Manner("repayment", LOUD, 0.9, timedelta(days=1)),
        MessageClass.OVERDUE: Manner("repayment", LOUD, 0.9, timedelta(hours=12)),
        MessageClass.SERVICE: Manner("service", PLAIN, 0.6, timedelta(days=3)),
        MessageClass.PROMOTION: Manner("promotions", QUIET, 0.1, timedelta(hours=8)),
    }
)
