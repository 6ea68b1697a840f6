"""Events: known by name, written down and read again."""

import ast
from dataclasses import dataclass
from pathlib import Path

import pytest

import notifications
from notifications.events import Event, link_to, read_event
from rules.ids import encode_id
from rules.notifications.classes import MessageClass
from tests.notifications.samples import every_event

ROOM = Path(notifications.__file__).parent


@pytest.mark.parametrize("event", every_event(), ids=lambda event: event.kind)
def test_an_event_reads_as_it_was_written(event: Event):
    assert read_event(event.kind, event.to_json()) == event


@pytest.mark.parametrize("event", every_event(), ids=lambda event: event.kind)
def test_a_link_names_nobody(event: Event):
    assert event.link().startswith("goodterms://")
    assert str(event.customer_id) not in event.link()


def test_an_id_in_a_link_is_the_one_the_api_gives():
    assert link_to("loans", 12) == "goodterms://loans/" + encode_id("Loan", 12)
    assert link_to("applications", 45) == "goodterms://applications/" + encode_id("Application", 45)


EVENTS = {
    "Event",
    "Due",
    "AboutCase",
    "AboutLoan",
    "AboutApplication",
    "AboutCustomerEvent",
    "AboutRedemption",
    "AboutSurvey",
    "AboutTier",
    "Congratulation",
}
"""What events are made of: what some have in common is told to nobody."""


def test_every_event_in_this_room_is_known_once_the_room_is():
    defined = set()
    for path in ROOM.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ClassDef) and any(isinstance(b, ast.Name) and b.id in EVENTS for b in node.bases):
                defined.add(node.name)
    assert defined > EVENTS - {"Event"}
    defined -= EVENTS
    assert defined <= set(notifications.__all__)
    assert defined <= set(Event.kinds)


def test_an_event_without_a_message_class_is_refused():
    with pytest.raises(AssertionError, match="message_class"):

        @dataclass(frozen=True, kw_only=True)
        class Nameless(Event):
            pass

    assert "Nameless" not in Event.kinds


def test_two_events_of_one_name_are_refused():
    with pytest.raises(AssertionError, match="two events"):
        type("LoanRepaid", (Event,), {"message_class": MessageClass.SERVICE})
    assert Event.kinds["LoanRepaid"] is notifications.LoanRepaid


def test_an_unknown_name_and_broken_fields_are_errors():
    with pytest.raises(KeyError):
        read_event("LoanForgotten", "{}")
    with pytest.raises(ValueError, match="loan_id"):
        read_event("LoanRepaid", '{"customer_id": 1}')
    with pytest.raises(ValueError, match="JSON"):
        read_event("LoanRepaid", "nonsense")
