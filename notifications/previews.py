"""What each message looks like, filled with values of nobody: for colleagues, and for the page that shows them all."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from types import NoneType
from typing import Any, get_args, get_origin, get_type_hints

from notifications import inbox_words
from notifications.channels.manners import MANNERS
from notifications.events import Event
from notifications.notifications.previews import KindName, PreviewSent
from notifications.notifications.promotions import ChineseWords, EnglishWords
from rules.money import Money
from rules.notifications.classes import Category, MessageChannel, MessageClass
from rules.notifications.preferences import by_default
from rules.people.kinds import Bilingual, Locale

SAMPLES: Mapping[Any, Any] = {
    int: 10,
    str: "L-2026-000123",
    date: date(2026, 3, 16),
    datetime: datetime(2026, 3, 16, 4, tzinfo=UTC),
    Money: Money(Decimal("1039.43"), "CNY"),
    Category: Category.OFFER,
    Bilingual: Bilingual("金卡会员", "Gold"),
    ChineseWords: "本月积分翻倍",
    KindName: KindName("RepaymentReceived"),
    EnglishWords: "Twice the points this month",
}
"""By type; of an enum its first member."""


@dataclass(frozen=True)
class MessagePreview:
    """One kind of message in one language."""

    kind: str
    message_class: MessageClass
    category: Category
    ways: tuple[MessageChannel, ...]
    """Beside the inbox, where he has not chosen otherwise."""
    is_urgent: bool
    lives: timedelta
    replaces: str | None
    """The tag by which a phone shows it in place of an older one; None where each stands by itself."""
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
    manner = MANNERS[event.message_class]
    return MessagePreview(
        kind=event.kind,
        message_class=event.message_class,
        category=event.category,
        ways=tuple(channel for channel in MessageChannel if by_default(event.category, channel)),
        is_urgent=manner.loudness.priority == "high",
        lives=manner.lives,
        replaces=event.tag,
        push_title=title,
        push_body=body,
        inbox=inbox_words.text(event.kind, event.to_json(), locale),
        link=event.link(),
    )


def preview_of(kind: str, locale: Locale) -> MessagePreview:
    """Show the message of one kind. Raises KeyError for a kind that there is not."""
    return preview(filled({each.__name__: each for each in _kinds()}[kind]), locale)


def shown_kinds() -> frozenset[str]:
    """Give the names of all kinds that can be shown; a preview itself is shown by what it shows."""
    return frozenset(kind.__name__ for kind in _kinds()) - {PreviewSent.__name__}


class WordsMissing(Exception):
    """A message has no words, or they name a value that it does not have: the process does not start."""


def check_words(kinds: Sequence[type[Event]] | None = None) -> None:
    """Word every kind of message in every language. Raises `WordsMissing`, which names what to mend."""
    for kind in _kinds() if kinds is None else kinds:
        for locale in Locale:
            try:
                preview(filled(kind), locale)
            except KeyError as problem:
                raise WordsMissing(f"{kind.__name__} in {locale}: {problem} is missing") from problem


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
