"""The shape of a push: what each class says to each kind of device, and what never leaves the house in it."""

from dataclasses import replace
from datetime import timedelta

import orjson
import pytest

from notifications.channels.fcm_messages import TooLarge, encoded
from notifications.channels.manners import MANNERS
from notifications.events import MessageClass
from rules.notifications.addresses import Platform
from tests.notifications.channels.messages import NOW, REMINDER, reminder
from tests.standins import fcm_shape


def read(message, **options) -> dict:
    return orjson.loads(encoded(message, NOW, **options))["message"]


def test_a_reminder_to_an_android_phone():
    assert read(reminder(7)) == {
        "token": "token-7",
        "notification": {"title": "即将到期", "body": "请打开应用查看。"},
        "data": {
            "id": "reminder:7",
            "notification": "Tm90aWZpY2F0aW9uOjc=",
            "link": "goodterms://loans/TG9hbjox",
        },
        "android": {
            "priority": "high",
            "ttl": "18000s",
            "collapse_key": "reminder:7",
            "notification": {
                "channel_id": "repayment",
                "tag": "reminder:7",
                "sound": "default",
                "visibility": "PRIVATE",
            },
        },
        "fcm_options": {"analytics_label": "repayment"},
    }


def test_a_reminder_to_an_iphone():
    message = read(reminder(7, platform=Platform.IOS))
    assert "android" not in message
    assert message["apns"] == {
        "headers": {
            "apns-priority": "10",
            "apns-expiration": str(int(REMINDER.expires_at.timestamp())),
            "apns-collapse-id": "reminder:7",
        },
        "payload": {
            "aps": {
                "badge": 2,
                "sound": "default",
                "thread-id": "repayment",
                "category": "repayment",
                "interruption-level": "active",
                "relevance-score": 0.9,
            }
        },
    }


def test_a_reminder_to_a_browser():
    message = replace(reminder(7, platform=Platform.WEB), link="https://app.example.com/loans/1")
    assert read(message)["webpush"] == {
        "headers": {"TTL": "18000", "Urgency": "high", "Topic": read(message)["webpush"]["headers"]["Topic"]},
        "notification": {"tag": "reminder:7", "lang": "zh-CN"},
        "fcm_options": {"link": "https://app.example.com/loans/1"},
    }


def test_a_browser_is_given_no_link_that_it_could_not_follow():
    assert "fcm_options" not in read(reminder(platform=Platform.WEB))["webpush"]


def test_a_topic_stands_for_its_tag():
    """A topic of Web Push is at most 32 letters long; two messages never share one."""
    tags = ("campaign-1", "reminder:7", "reminder:8", "x" * 64)
    topics = [read(replace(reminder(platform=Platform.WEB), tag=tag))["webpush"]["headers"]["Topic"] for tag in tags]
    assert topics[0] == "campaign-1"
    assert len(set(topics)) == len(tags)
    assert all(fcm_shape.TOPIC.fullmatch(topic) for topic in topics)


def test_an_offer_wakes_nobody_and_makes_no_sound():
    offer = replace(reminder(platform=None), message_class=MessageClass.PROMOTION)
    message = read(offer)
    assert message["android"]["priority"] == "normal"
    assert message["android"]["notification"]["channel_id"] == "promotions"
    assert "sound" not in message["android"]["notification"]
    assert message["apns"]["headers"]["apns-priority"] == "5"
    assert message["apns"]["payload"]["aps"]["interruption-level"] == "passive"
    assert "sound" not in message["apns"]["payload"]["aps"]
    assert message["webpush"]["headers"]["Urgency"] == "low"


@pytest.mark.parametrize("message_class", MessageClass)
@pytest.mark.parametrize("platform", [None, *Platform])
@pytest.mark.parametrize("badge", [None, 0, 3])
def test_google_takes_every_class_on_every_platform(message_class: MessageClass, platform: Platform | None, badge):
    message = replace(reminder(platform=platform), message_class=message_class, badge=badge)
    body = encoded(message, NOW)
    assert fcm_shape.problem(body) is None
    blocks = {"android", "apns", "webpush"} & set(orjson.loads(body)["message"])
    assert len(blocks) == (3 if platform is None else 1)
    if "apns" in blocks:
        assert orjson.loads(body)["message"]["apns"]["payload"]["aps"].get("badge") == badge


def test_every_class_has_a_manner_and_a_carrier_cannot_tell_what_is_overdue_from_what_is_due():
    assert set(MANNERS) == set(MessageClass)
    assert len({manner.channel for manner in MANNERS.values()}) == len(MANNERS) - 1
    assert MANNERS[MessageClass.OVERDUE].channel == MANNERS[MessageClass.REMINDER].channel
    loud = {message_class for message_class, manner in MANNERS.items() if manner.loudness.priority == "high"}
    assert MessageClass.PROMOTION not in loud
    assert MessageClass.REMINDER in loud


def test_no_life_is_longer_than_google_allows():
    message = read(replace(reminder(platform=None), expires_at=NOW + timedelta(days=90)))
    assert message["android"]["ttl"] == "2419200s"
    assert message["apns"]["headers"]["apns-expiration"] == str(int((NOW + timedelta(weeks=4)).timestamp()))


def test_a_fraction_of_a_second_is_no_life():
    assert read(replace(reminder(), expires_at=NOW + timedelta(seconds=3.9)))["android"]["ttl"] == "3s"


def test_a_rehearsal_says_so():
    assert orjson.loads(encoded(REMINDER, NOW, is_dry_run=True))["validate_only"] is True
    assert "validate_only" not in orjson.loads(encoded(REMINDER, NOW))


def test_the_limit_is_in_bytes_as_they_travel_and_without_the_address():
    body = "长"
    size = len(
        orjson.dumps({name: value for name, value in read(replace(REMINDER, body="")).items() if name != "token"})
    )
    fits = (4_096 - size) // len(body.encode())
    longest = replace(REMINDER, body=body * fits)
    assert fcm_shape.problem(encoded(longest, NOW)) is None
    assert fcm_shape.problem(encoded(replace(longest, address=replace(longest.address, value="t" * 300)), NOW)) is None
    with pytest.raises(TooLarge):
        encoded(replace(REMINDER, body=body * (fits + 1)), NOW)


@pytest.mark.parametrize("changes", [{"tag": "x" * 65}, {"tag": ""}, {"tag": "提醒"}])
def test_a_tag_that_could_not_travel_is_our_mistake(changes: dict):
    with pytest.raises(AssertionError):
        replace(REMINDER, **changes)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"token": None}, "message"),
        ({"fid": "f"}, "message"),
        ({"data": {"id": 7}}, "message.data[id]"),
        ({"data": {"google.x": "7"}}, "message.data"),
        ({"android": {"ttl": "3.5"}}, "message.android.ttl"),
        ({"android": {"ttl": "2419201s"}}, "message.android.ttl"),
        ({"android": {"priority": "urgent"}}, "message.android.priority"),
        ({"android": {"colour": "red"}}, "message.android.colour"),
        ({"apns": {"headers": {"apns-collapse-id": "x" * 65}}}, "message.apns.headers.apns-collapse-id"),
        ({"apns": {"headers": {"apns-expiration": 7}}}, "message.apns.headers"),
        ({"webpush": {"headers": {"Topic": "x" * 33}}}, "message.webpush.headers.Topic"),
        ({"webpush": {"fcm_options": {"link": "http://x"}}}, "message.webpush.fcm_options.link"),
        ({"fcm_options": {"analytics_label": "two words"}}, "message.fcm_options.analytics_label"),
        ({"notification": {"title": "x" * 4_096}}, "message"),
    ],
)
def test_the_stand_in_refuses_what_google_refuses(wrong: dict, field: str):
    message = {name: value for name, value in {**read(REMINDER), **wrong}.items() if value is not None}
    problem = fcm_shape.problem(orjson.dumps({"message": message}))
    assert problem is not None
    assert problem[0].startswith(field)


def test_half_a_second_is_a_life_to_google():
    message = {**read(REMINDER), "android": {"ttl": "3.5s"}}
    assert fcm_shape.problem(orjson.dumps({"message": message})) is None
