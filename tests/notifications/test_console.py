"""The console: what a phone would show, in its owner's language."""

import io

import pytest

from notifications.channels import Delivery
from notifications.channels.console import ConsoleChannel
from notifications.loyalty.points import PointsEarned
from rules.people.kinds import Locale
from tests import make
from tests.notifications.samples import TRACES, every_event


@pytest.mark.parametrize(("locale", "word"), [(None, "积分"), (Locale.ZH_CN, "积分"), (Locale.EN, "points")])
async def test_it_prints_the_push_in_the_language_of_the_customer(db: str, locale: Locale | None, word: str):
    customer = await make.customer(locale=locale)
    out = io.StringIO()
    event = PointsEarned(customer_id=customer.id, points=7351926)
    await ConsoleChannel(out).deliver(Delivery(1, event, make.system()))
    printed = out.getvalue()
    assert word in printed
    assert printed.startswith("[SERVICE]")
    assert "goodterms://points" in printed
    assert not [trace for trace in TRACES if trace in printed]


async def test_it_prints_one_line_of_every_kind(db: str):
    customer = await make.customer()
    out = io.StringIO()
    events = every_event()
    for number, event in enumerate(events):
        mine = event.__class__(**{**vars(event), "customer_id": customer.id})
        await ConsoleChannel(out).deliver(Delivery(number, mine, make.system()))
    assert len(out.getvalue().splitlines()) == len(events)
