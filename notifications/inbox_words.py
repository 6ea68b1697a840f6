"""The words of the inbox, chosen when they are read, so that it follows its owner's language."""

from dataclasses import fields

from notifications import words
from notifications.events import HOME, Event, read_event
from rules.people.kinds import Locale


def title(kind: str, body: str, locale: Locale) -> str:
    """Name what happened, in a few words."""
    return _say("title", kind, body, locale)


def text(kind: str, body: str, locale: Locale) -> str:
    """Say what happened and what to do next; it may name amounts."""
    return _say("inbox", kind, body, locale)


def push(event: Event, locale: Locale) -> tuple[str, str]:
    """Give the title and the body of a push: safe on a lock screen, they name nothing and nobody."""
    if own := event.own_words(locale):
        return own.title, own.body
    return words.say(f"event.{event.kind}.title", locale), words.say(f"event.{event.kind}.body", locale)


def link(kind: str, body: str) -> str:
    """Where the app leads when a notification is tapped."""
    return read_event(kind, body).link() if kind in Event.kinds else HOME


def _say(part: str, kind: str, body: str, locale: Locale) -> str:
    if kind not in Event.kinds:  # Told by a newer version beside us: the rest of the inbox must stay readable.
        return words.say(f"event.unknown.{part}", locale)
    event = read_event(kind, body)
    if own := event.own_words(locale):
        return str(getattr(own, part))
    values = {field.name: getattr(event, field.name) for field in fields(event)}
    return words.say(f"event.{kind}.{part}", locale, **values)
