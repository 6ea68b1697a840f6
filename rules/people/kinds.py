"""The closed lists that describe a person."""

from dataclasses import dataclass
from enum import StrEnum


class Locale(StrEnum):
    """A language we speak, by its BCP 47 tag."""

    ZH_CN = "zh-CN"
    """Simplified Chinese."""
    EN = "en"
    """English."""


def in_language(zh: str, en: str, locale: Locale) -> str:
    """Choose between the two wordings of a text that is kept as data."""
    return zh if locale is Locale.ZH_CN else en


@dataclass(frozen=True)
class Bilingual:
    """A name that is kept as data, in both languages."""

    zh: str
    en: str


class Sex(StrEnum):
    """As derived from the identity number."""

    FEMALE = "FEMALE"
    """A woman, by the identity number."""
    MALE = "MALE"
    """A man, by the identity number."""
