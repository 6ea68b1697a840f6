"""Messages to send."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from notifications.channels.interface import Address, Outgoing
from notifications.events import MessageClass
from rules.notifications.addresses import AddressKind, Platform, PushProvider
from rules.people.kinds import Locale

NOW = datetime(2026, 3, 16, 4, tzinfo=UTC)
TOKEN = Address(value="token-1", provider=PushProvider.FCM, kind=AddressKind.TOKEN, platform=Platform.ANDROID)
PHONE = Address(value="+8613800000001")
MAILBOX = Address(value="li@example.com")
REMINDER = Outgoing(
    notification="Tm90aWZpY2F0aW9uOjc=",
    delivery_id=1,
    tag="reminder:7",
    kind="InstallmentDueSoon",
    message_class=MessageClass.REMINDER,
    title="即将到期",
    body="请打开应用查看。",
    link="goodterms://loans/TG9hbjox",
    locale=Locale.ZH_CN,
    expires_at=NOW + timedelta(hours=5),
    badge=2,
    address=TOKEN,
)
"""A reminder to an Android phone."""


def now() -> datetime:
    return NOW


def reminder(number: int = 1, *, platform: Platform | None = Platform.ANDROID) -> Outgoing:
    """Give the reminder of another delivery, to an address of its own: `token-NUMBER`."""
    address = replace(TOKEN, value=f"token-{number}", platform=platform)
    return replace(REMINDER, delivery_id=number, tag=f"reminder:{number}", address=address)


def to(address: Address, **changes) -> Outgoing:
    return replace(REMINDER, address=address, **changes)
