"""Text messages: one text, and what became of it."""

import logging
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from notifications.channels.interface import Outcome, Result
from notifications.channels.sms import AppriseSms, SmsGateway, sms_sender
from notifications.events import MessageClass
from rules.people.kinds import Locale
from tests.notifications.channels.messages import NOW, PHONE, now, to
from tests.standins.http import Server
from tests.standins.sms import Gateway

pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated")  # Apprise reads all its services at once.
OFFER = to(PHONE, message_class=MessageClass.PROMOTION, unsubscribe="https://goodterms.example/u/abc")


@pytest.fixture
def gateway() -> Gateway:
    return Gateway()


@pytest.fixture
async def server(gateway: Gateway) -> AsyncIterator[Server]:
    async with Server(gateway) as server:
        yield server


@pytest.fixture
async def sender(server: Server) -> AsyncIterator[SmsGateway]:
    made = sms_sender(f"{server.url}/messages", token="token", now=now)
    assert isinstance(made, SmsGateway)
    yield made
    await made.aclose()


async def test_one_text_is_title_and_body_and_has_a_reference(gateway: Gateway, sender: SmsGateway):
    result = await sender.send(to(PHONE))
    assert (result.outcome, len(result.reference)) == (Outcome.ACCEPTED, 16)
    assert gateway.texts == [
        {"to": "+8613800000001", "text": "即将到期\n请打开应用查看。", "reference": "1.reminder:7"}
    ]


@pytest.mark.parametrize(("locale", "words"), [(Locale.ZH_CN, "退订"), (Locale.EN, "receive no more")])
async def test_an_offer_ends_with_the_way_out(gateway: Gateway, sender: SmsGateway, locale: Locale, words: str):
    await sender.send(to(PHONE, locale=locale, message_class=OFFER.message_class, unsubscribe=OFFER.unsubscribe))
    last = gateway.texts[0]["text"].splitlines()[-1]
    assert words in last
    assert last.endswith("https://goodterms.example/u/abc")


async def test_only_an_offer_does(gateway: Gateway, sender: SmsGateway):
    await sender.send(to(PHONE, unsubscribe=OFFER.unsubscribe))
    assert "https" not in gateway.texts[0]["text"]


@pytest.mark.parametrize(
    ("fault", "result"),
    [
        ("INVALID_RECIPIENT", Result(Outcome.ADDRESS_GONE, detail="INVALID_RECIPIENT")),
        ("GONE", Result(Outcome.ADDRESS_GONE, detail="GONE")),
        ("BAD_TEXT", Result(Outcome.REJECTED, detail="BAD_TEXT")),
        ("NO_MONEY", Result(Outcome.LANE_CLOSED, detail="NO_MONEY")),
        ("TOO_MANY", Result(Outcome.TRY_LATER, detail="TOO_MANY", retry_after=timedelta(seconds=30))),
        ("UNAVAILABLE", Result(Outcome.TRY_LATER, detail="UNAVAILABLE", retry_after=timedelta(seconds=30))),
        ("CUT_BEFORE", Result(Outcome.TRY_LATER, detail="CONNECTION_LOST")),
        ("CUT_AFTER", Result(Outcome.TRY_LATER, detail="CONNECTION_LOST")),
        ("NOT_JSON", Result(Outcome.ACCEPTED)),
    ],
)
async def test_each_answer_has_one_meaning(gateway: Gateway, sender: SmsGateway, fault: str, result: Result):
    gateway.faults.fail(fault, PHONE.value, retry_after="30")
    assert await sender.send(to(PHONE)) == result


async def test_a_wrong_token_closes_the_lane(gateway: Gateway, server: Server):
    sender = sms_sender(f"{server.url}/messages", token="wrong", now=now)
    assert await sender.send(to(PHONE)) == Result(Outcome.LANE_CLOSED, detail="UNAUTHORIZED")
    assert gateway.texts == []
    await sender.aclose()


async def test_what_would_come_too_late_is_not_sent(gateway: Gateway, server: Server, sender: SmsGateway):
    for made in (sender, AppriseSms(f"json://127.0.0.1:{server.port}/apprise/{{to}}", now=now)):
        assert await made.send(to(PHONE, expires_at=NOW)) == Result(Outcome.REJECTED, detail="EXPIRED")
    assert gateway.texts == []


async def test_any_other_scheme_is_a_service_of_apprise(gateway: Gateway, server: Server):
    sender = sms_sender(f"json://127.0.0.1:{server.port}/apprise/{{to}}", now=now)
    assert isinstance(sender, AppriseSms)
    assert await sender.send(OFFER) == Result(Outcome.ACCEPTED)
    (text,) = gateway.texts
    assert text["to"] in {"+8613800000001", "%2B8613800000001"}
    assert text["text"].startswith("即将到期\n请打开应用查看。\n")
    assert text["text"].endswith("/u/abc")
    await sender.aclose()


async def test_a_service_that_takes_nothing_is_tried_later_and_writes_no_number_down(
    gateway: Gateway, server: Server, caplog
):
    caplog.set_level(logging.DEBUG)
    gateway.faults.fail("UNAVAILABLE")
    sender = sms_sender(f"json://127.0.0.1:{server.port}/apprise/{{to}}", now=now)
    assert await sender.send(to(PHONE)) == Result(Outcome.TRY_LATER, detail="NOT_TAKEN")
    assert "13800000001" not in "".join(record.getMessage() for record in caplog.records if record.name == "apprise")


async def test_a_service_that_does_not_exist_closes_the_lane():
    sender = sms_sender("carrierpigeon://coop/{to}", now=now)
    assert await sender.send(to(PHONE)) == Result(Outcome.LANE_CLOSED, detail="NO_SUCH_SERVICE")
