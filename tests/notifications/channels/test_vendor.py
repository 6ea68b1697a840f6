"""Pushes by an aggregator: its answers become the same outcomes, and a repetition goes out once."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest

from notifications.channels.interface import Address, Outcome, Result
from notifications.channels.vendor import VendorSender
from notifications.events import MessageClass
from rules.notifications.addresses import AddressKind, Platform, PushProvider
from tests.notifications.channels.messages import NOW, REMINDER, now, to
from tests.standins.aggregator import Aggregator
from tests.standins.http import Server

PHONE = Address(value="id-1", provider=PushProvider.VENDOR, kind=AddressKind.TOKEN, platform=Platform.ANDROID)


@pytest.fixture
def aggregator() -> Aggregator:
    return Aggregator()


@pytest.fixture
async def sender(aggregator: Aggregator) -> AsyncIterator[VendorSender]:
    async with Server(aggregator) as server:
        made = VendorSender(server.url, app_key="app", master_secret="secret", now=now)
        yield made
        await made.aclose()


async def test_a_reminder_is_pushed_as_what_its_owner_waits_for(aggregator: Aggregator, sender: VendorSender):
    result = await sender.send(to(PHONE))
    assert result.outcome is Outcome.ACCEPTED
    assert len(result.reference) == 16
    (push,) = aggregator.pushed
    assert push["audience"] == {"registration_id": ["id-1"]}
    assert push["notification"] == {
        "android": {
            "title": "即将到期",
            "alert": "请打开应用查看。",
            "channel_id": "repayment",
            "extras": {
                "id": "reminder:7",
                "notification": "Tm90aWZpY2F0aW9uOjc=",
                "link": "goodterms://loans/TG9hbjox",
            },
        }
    }
    assert push["options"] == {"time_to_live": 18_000, "apns_collapse_id": "reminder:7", "classification": 1}


async def test_an_offer_says_that_it_is_one(aggregator: Aggregator, sender: VendorSender):
    await sender.send(to(PHONE, message_class=MessageClass.PROMOTION, expires_at=NOW + timedelta(days=30)))
    (push,) = aggregator.pushed
    assert push["options"]["classification"] == 0
    assert push["options"]["time_to_live"] == 864_000
    assert push["notification"]["android"]["channel_id"] == "promotions"


async def test_an_iphone_and_an_alias_are_reached_as_well(aggregator: Aggregator, sender: VendorSender):
    await sender.send(to(replace(PHONE, platform=Platform.IOS, kind=None)))
    (push,) = aggregator.pushed
    assert push["audience"] == {"alias": ["id-1"]}
    assert push["platform"] == ["ios"]
    ios = push["notification"]["ios"]
    assert (ios["badge"], ios["interruption-level"], ios["thread-id"]) == (2, "active", "repayment")


async def test_a_repetition_goes_out_once_and_another_phone_gets_its_own(aggregator: Aggregator, sender: VendorSender):
    aggregator.faults.fail("CUT_AFTER", "id-1", times=1)
    first, second = [await sender.send(to(PHONE)) for _ in range(2)]
    assert [first.outcome, second.outcome] == [Outcome.TRY_LATER, Outcome.ACCEPTED]
    await sender.send(to(replace(PHONE, value="id-2"), delivery_id=2))
    assert [push["audience"]["registration_id"] for push in aggregator.pushed] == [["id-1"], ["id-2"]]


@pytest.mark.parametrize(
    ("fault", "result"),
    [
        ("UNKNOWN_ID", Result(Outcome.ADDRESS_GONE, detail="VENDOR_1011")),
        ("BAD_PARAMETER", Result(Outcome.REJECTED, detail="VENDOR_1003")),
        ("TOO_MANY", Result(Outcome.TRY_LATER, detail="VENDOR_2002", retry_after=timedelta(seconds=9))),
        ("INTERNAL", Result(Outcome.TRY_LATER, detail="VENDOR_1000", retry_after=timedelta(seconds=9))),
        ("BARRED", Result(Outcome.LANE_CLOSED, detail="VENDOR_2003")),
        ("BAD_GATEWAY", Result(Outcome.TRY_LATER, detail="HTTP_502")),
        ("CUT_BEFORE", Result(Outcome.TRY_LATER, detail="CONNECTION_LOST")),
    ],
)
async def test_each_answer_has_one_meaning(aggregator: Aggregator, sender: VendorSender, fault: str, result: Result):
    aggregator.faults.fail(fault, "id-1", times=1, retry_after="9")
    found = await sender.send(to(PHONE))
    assert (found.outcome, found.detail) == (result.outcome, result.detail)
    if result.outcome is Outcome.TRY_LATER:
        assert found.retry_after == result.retry_after
    assert aggregator.pushed == []
    assert (await sender.send(to(PHONE))).outcome is Outcome.ACCEPTED


async def test_a_wrong_secret_closes_the_lane(aggregator: Aggregator):
    async with Server(aggregator) as server:
        sender = VendorSender(server.url, app_key="app", master_secret="wrong", now=now)
        assert await sender.send(to(PHONE)) == Result(Outcome.LANE_CLOSED, detail="VENDOR_1004")
        await sender.aclose()


async def test_what_would_come_too_late_is_not_sent(aggregator: Aggregator, sender: VendorSender):
    assert await sender.send(to(PHONE, expires_at=NOW)) == Result(Outcome.REJECTED, detail="EXPIRED")
    assert aggregator.requests == 0


async def test_nobody_at_the_other_end_is_a_reason_to_try_later():
    sender = VendorSender("http://127.0.0.1:9", app_key="app", master_secret="secret", now=now)
    assert (await sender.send(REMINDER)).detail == "CONNECTION_LOST"
    await sender.aclose()
