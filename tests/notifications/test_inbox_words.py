"""What a lock screen shows to anybody, and what the inbox tells its owner."""

import pytest

from notifications import inbox_words
from notifications.events import HOME, Event
from rules.people.kinds import Locale
from tests.notifications.samples import TRACES, every_event

FORBIDDEN = ("loan", "debt", "overdue", "borrow", "owe", "贷", "债", "逾期", "欠", "¥", "CNY")

EVENTS = pytest.mark.parametrize("event", every_event(), ids=lambda event: event.kind)
LOCALES = pytest.mark.parametrize("locale", Locale)


def on_the_lock_screen(event: Event, locale: Locale) -> str:
    return " ".join(inbox_words.push(event, locale))


@EVENTS
@LOCALES
def test_a_push_names_nothing_and_nobody(event: Event, locale: Locale):
    shown = on_the_lock_screen(event, locale)
    assert not [trace for trace in TRACES if trace in shown]
    assert not [word for word in FORBIDDEN if word in shown.lower()]
    assert not any(character.isdecimal() for character in shown)


@EVENTS
@LOCALES
def test_the_title_in_the_inbox_is_as_discreet_as_the_push(event: Event, locale: Locale):
    assert inbox_words.title(event.kind, event.to_json(), locale) == inbox_words.push(event, locale)[0]


@LOCALES
def test_the_inbox_names_what_a_push_may_not(locale: Locale):
    """The canary: were nothing found here, the search above would prove nothing."""
    found = set()
    for event in every_event():
        text = inbox_words.text(event.kind, event.to_json(), locale)
        found |= {trace for trace in TRACES if trace in text}
        found |= {word for word in FORBIDDEN if word in text.lower()}
    assert {"73,519", "PLANTED", "7,351,926"} <= found
    assert found & {"loan", "贷"}


@EVENTS
def test_the_inbox_speaks_the_readers_language(event: Event):
    zh, en = (inbox_words.text(event.kind, event.to_json(), locale) for locale in (Locale.ZH_CN, Locale.EN))
    assert any("\u4e00" <= character <= "\u9fff" for character in zh)
    assert not any("\u4e00" <= character <= "\u9fff" for character in en)


@LOCALES
def test_a_kind_from_a_newer_version_leaves_the_inbox_readable(locale: Locale):
    assert inbox_words.title("LoanForgiven", '{"how": "very"}', locale)
    assert inbox_words.text("LoanForgiven", '{"how": "very"}', locale)
    assert inbox_words.link("LoanForgiven", '{"how": "very"}') == HOME


@EVENTS
def test_a_notification_leads_where_its_event_does(event: Event):
    assert inbox_words.link(event.kind, event.to_json()) == event.link()
