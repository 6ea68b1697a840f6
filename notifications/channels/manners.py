"""How loudly each class of message speaks, on every kind of device: a table."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType
from typing import Literal

from rules.notifications.classes import MessageClass


@dataclass(frozen=True, kw_only=True)
class Manner:
    """What a phone is told about the importance of a message."""

    channel: str
    """The app's notification channel, which its owner may turn off by itself; on Apple's devices the thread and the category."""
    priority: Literal["high", "normal"]
    """Whether a sleeping phone is woken for it: only for what its owner will see, and wants to see now."""
    interruption: Literal["active", "passive"]
    """Apple's level: never time-sensitive, which asks for an entitlement, and breaks through a chosen silence."""
    apns_priority: Literal["10", "5"]
    urgency: Literal["high", "normal", "low"]
    """Of Web Push (RFC 8030, 5.3)."""
    relevance: float
    """From 0 to 1: what Apple's summary puts on top."""
    is_heard: bool
    """Whether it makes the usual sound."""
    lives: timedelta
    """How long it is worth telling if the event itself does not say."""


MANNERS: Mapping[MessageClass, Manner] = MappingProxyType(
    {
        MessageClass.SECURITY: Manner(
            channel="security",
            priority="high",
            interruption="active",
            apns_priority="10",
            urgency="high",
            relevance=1.0,
            is_heard=True,
            lives=timedelta(days=1),
        ),
        MessageClass.PAYMENT: Manner(
            channel="payment",
            priority="high",
            interruption="active",
            apns_priority="10",
            urgency="high",
            relevance=0.8,
            is_heard=True,
            lives=timedelta(days=3),
        ),
        MessageClass.REMINDER: Manner(
            channel="repayment",
            priority="high",
            interruption="active",
            apns_priority="10",
            urgency="high",
            relevance=0.9,
            is_heard=True,
            lives=timedelta(days=1),
        ),
        MessageClass.OVERDUE: Manner(
            channel="repayment",
            priority="high",
            interruption="active",
            apns_priority="10",
            urgency="high",
            relevance=0.9,
            is_heard=True,
            lives=timedelta(hours=12),
        ),
        MessageClass.SERVICE: Manner(
            channel="service",
            priority="normal",
            interruption="active",
            apns_priority="10",
            urgency="normal",
            relevance=0.6,
            is_heard=True,
            lives=timedelta(days=3),
        ),
        MessageClass.PROMOTION: Manner(
            channel="promotions",
            priority="normal",
            interruption="passive",
            apns_priority="5",
            urgency="low",
            relevance=0.1,
            is_heard=False,
            lives=timedelta(hours=8),
        ),
    }
)
