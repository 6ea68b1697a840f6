"""Every word that people read, by key and language, from the gettext catalogues in `locales/`.

In a text, `{amount}` stands for a named value, written as its language writes it: Money with its currency, dates,
times (in the lender's zone), numbers, several of these, and the label of an enum member (`label.Purpose.TRAVEL`). `{rate:percent}` writes a
fraction as a percentage, `{seconds:duration}` a number of seconds as people say it. A text with plural forms
names the value it counts in its msgid_plural, such as `{points}`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from functools import cache, lru_cache
from gettext import c2py
from math import ceil
from pathlib import Path
from typing import Any

from babel.dates import format_date, format_time, format_timedelta
from babel.lists import format_list
from babel.messages.pofile import read_po
from babel.numbers import format_currency, format_decimal, format_percent

from notifications.configuration import configured
from rules.documents.papers import Year
from rules.money import Money
from rules.people.kinds import Bilingual, Locale, in_language

LOCALES = Path(__file__).parent.parent / "locales"
FOLDERS = {Locale.ZH_CN: "zh_CN", Locale.EN: "en"}
"""Where each language's catalogue stands; also its name in Babel."""


def say(key: str, locale: Locale, /, **values: object) -> str:
    """Give the text of a key in a language. Raises KeyError where the text, or a value that it names, is missing."""
    text = _catalogue(locale)[key].choose(values)
    return text.format_map({name: _Worded(value, locale) for name, value in values.items()})


@dataclass(frozen=True)
class Text:
    """One text of a catalogue, in all its plural forms."""

    forms: tuple[str, ...]
    counted: str | None
    """The value that chooses the form; None where there is only one."""
    form_of: Any
    """Gives the number of the form for a count."""

    def choose(self, values: Mapping[str, object]) -> str:
        return self.forms[0] if self.counted is None else self.forms[self.form_of(values[self.counted])]


@cache
def _catalogue(locale: Locale) -> Mapping[str, Text]:
    with (LOCALES / FOLDERS[locale] / "LC_MESSAGES" / "goodterms.po").open("rb") as file:
        catalogue = read_po(file, locale=FOLDERS[locale], abort_invalid=True)
    form_of = c2py(catalogue.plural_expr)
    texts = {}
    for message in catalogue:
        if isinstance(message.id, str):
            texts[message.id] = Text((str(message.string),), None, form_of)
        else:
            key, counted = message.id
            texts[key] = Text(tuple(message.string), counted.strip("{}"), form_of)
    return {key: text for key, text in texts.items() if key and all(text.forms)}


@dataclass(frozen=True)
class _Worded:
    """A value that writes itself into a text in its language."""

    value: object
    locale: Locale

    def __format__(self, style: str) -> str:
        value, babel_name = self.value, FOLDERS[self.locale]
        if style == "percent":
            assert isinstance(value, Decimal)
            return format_percent(value, "#,##0.00####%", babel_name)
        if style == "duration":
            assert isinstance(value, int)
            return _duration(value, babel_name)
        assert not style, f"there is no style {style}"
        return _plain(value, self.locale, babel_name)


def written(value: object, locale: Locale) -> str:
    """Write one value, such as an amount or a day, as texts of a language do."""
    return _plain(value, locale, FOLDERS[locale])


def _plain(value: object, locale: Locale, babel_name: str) -> str:
    match value:
        case Money():
            return format_currency(value.amount, value.currency, locale=babel_name)
        case datetime():
            zone = configured().zone
            day = format_date(value.astimezone(zone).date(), "long", babel_name)
            return f"{day} {format_time(value, 'short', zone, babel_name)}"
        case date():
            return format_date(value, "long", babel_name)
        case Enum():
            return say(f"label.{type(value).__name__}.{value.name}", locale)
        case str():
            return value
        case Bilingual():
            return in_language(value.zh, value.en, locale)
        case tuple():
            return format_list([_plain(each, locale, babel_name) for each in value], locale=babel_name)
        case Year():
            return str(value)
        case int() | Decimal():
            return str(format_decimal(value, locale=babel_name, decimal_quantization=False))
    raise AssertionError(f"we have no words for a {type(value).__name__}")


def _duration(seconds: int, babel_name: str) -> str:
    """Say how long to wait, never too little: rounded up to whole minutes from two minutes on."""
    rounded = ceil(seconds / 60) * 60 if seconds > 120 else seconds
    return str(format_timedelta(timedelta(seconds=rounded), threshold=2, locale=babel_name))


_LANGUAGES = {"zh": Locale.ZH_CN, "en": Locale.EN}
_RANGE = re.compile(
    r"\s*([a-z]{1,8})(?:-[a-z0-9]{1,8})*\s*(?:;\s*q\s*=\s*([01](?:\.[0-9]{0,3})?)\s*)?", re.IGNORECASE | re.ASCII
)


@lru_cache(64)  # Phones send the same few.
def best_locale(header: str) -> Locale | None:
    """Give the language of ours that an `Accept-Language` header (RFC 9110, 12.5.4) likes best; None if it likes none.

    Any Chinese is read as zh-CN, any English as en; what is malformed is passed over.
    """
    best: tuple[float, Locale] | None = None
    for part in header.split(","):
        if (found := _RANGE.fullmatch(part)) is None:
            continue
        locale, quality = _LANGUAGES.get(found[1].lower()), float(found[2] or 1)
        if locale is not None and 0 < quality <= 1 and (best is None or quality > best[0]):
            best = quality, locale
    return best[1] if best else None
