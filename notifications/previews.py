"""What each message looks like, filled with values of nobody: for colleagues, and for the page that shows them all."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from types import NoneType
from typing import Any, get_args, get_origin, get_type_hints

from notifications import inbox_words
from notifications.events import Event
from notifications.notifications.promotions import ChineseWords, EnglishWords
from rules.money import Money
from rules.notifications.classes import Category, MessageClass
from rules.people.kinds import Locale

SAMPLES: Mapping[Any, Any] = {
    int: 10,
    str: "L-2026-000123",
    date: date(2026, 3, 16),
    datetime: datetime(2026, 3, 16, 4, tzinfo=UTC),
    Money: Money(Decimal("1039.43"), "CNY"),
    Category: Category.OFFER,
    ChineseWords: "本月积分翻倍",
    EnglishWords: "Twice the points this month",
}
"""By type; of an enum its first member."""


@dataclass(frozen=True)
class MessagePreview:
    """One kind of message in one language."""

    kind: str
    message_class: MessageClass
    push_title: str
    push_body: str
    inbox: str
    link: str


@dataclass(frozen=True)
class MessagePreviews:
    """Every kind of message."""

    messages: tuple[MessagePreview, ...]


def previews(locale: Locale) -> MessagePreviews:
    """Show every kind of message in a language, by class and name."""
    kinds = sorted(_kinds(), key=lambda kind: (list(MessageClass).index(kind.message_class), kind.__name__))
    return MessagePreviews(tuple(preview(filled(kind), locale) for kind in kinds))


def _kinds() -> list[type[Event]]:
    return [kind for kind in Event.kinds.values() if kind.__module__.startswith("notifications.")]


def preview(event: Event, locale: Locale) -> MessagePreview:
    """Show one message in a language."""
    title, body = inbox_words.push(event, locale)
    text = inbox_words.text(event.kind, event.to_json(), locale)
    return MessagePreview(event.kind, event.message_class, title, body, text, event.link())


def filled(kind: type[Any], values: Mapping[Any, Any] = SAMPLES) -> Any:
    """Make one of a dataclass whose fields have these values, by their types."""
    hints = get_type_hints(kind)
    return kind(**{field.name: _value(hints[field.name], values) for field in fields(kind)})


def _value(of: Any, values: Mapping[Any, Any]) -> Any:
    if get_origin(of) is tuple:
        return (_value(get_args(of)[0], values),)
    if NoneType in get_args(of):
        return _value(get_args(of)[0], values)
    if of not in values and isinstance(of, type) and issubclass(of, Enum):
        return next(iter(of))
    return values[of]
