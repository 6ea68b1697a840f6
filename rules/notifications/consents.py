"""Consent: what for, by which way, to which words, until when."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256

from rules.errors import Refused

CONSENT_HOLDS = timedelta(days=730)
"""After so long consent to marketing is asked for again: our own bound."""

WORDS_SINCE = "2026-03"
"""When the words of consent were last decided upon: set anew by whoever changes what they mean."""


def version_of(words: str) -> str:
    """Name a version of the words: since when they hold, and the first of their SHA-256, so that none changes unnoticed."""
    return f"{WORDS_SINCE}-{sha256(words.encode()).hexdigest()[:12]}"


class ConsentPurpose(StrEnum):
    """What is consented to."""

    MARKETING = "MARKETING"
    """Offers, lessons, rewards and events."""


class ConsentSource(StrEnum):
    """How it was said."""

    APP = "APP"
    """In the app, signed in."""
    LINK = "LINK"
    """By the link that each such message carries."""


@dataclass(eq=False)
class ConsentNeeded(Refused):
    """This is sent with consent only. Show the words of consent, and give it first."""

    code = "CONSENT_NEEDED"


@dataclass(eq=False)
class ConsentTextOutdated(Refused):
    """These words of consent are not the current ones. Show the current ones, and ask again."""

    code = "CONSENT_TEXT_OUTDATED"
    path = ("textVersion",)
    current: str
    """The version of the current words."""


def holds(is_given: bool, said_at: datetime, now: datetime) -> bool:
    """Say whether the last word that somebody said on a purpose and channel is a consent that still holds."""
    return is_given and said_at > given_since(now)


def given_since(now: datetime) -> datetime:
    """Give the moment after which a yes must have been said to hold now."""
    return now - CONSENT_HOLDS
