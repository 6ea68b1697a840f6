"""The console: what a phone would show, in its owner's language."""

import io

import pytest

from notifications.channels.console import Console
from notifications.loyalty.points import PointsEarned
from rules.people.kinds import Locale
from tests.notifications.samples import TRACES, every_event


@pytest.mark.parametrize(("locale", "word"), [(Locale.ZH_CN, "积分"), (Locale.EN, "points")])
def test_it_prints_the_push_in_the_language_of_the_customer(locale: Locale, word: str):
    out = io.StringIO()
    Console(out).show(PointsEarned(customer_id=1, points=7351926), locale)
    printed = out.getvalue()
    assert word in printed
    assert printed.startswith("[SERVICE]")
    assert "goodterms://points" in printed
    assert not [trace for trace in TRACES if trace in printed]


def test_it_prints_one_line_of_every_kind():
    out = io.StringIO()
    events = every_event()
    for event in events:
        Console(out).show(event, Locale.EN)
    assert len(out.getvalue().splitlines()) == len(events)
