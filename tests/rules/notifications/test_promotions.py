"""What may stand on a lock screen, when a promotion may be sent, and why somebody is not told."""

from datetime import UTC, date, datetime, timedelta

import pytest

from rules.notifications.caps import Caps, Told, first_days
from rules.notifications.classes import MessageChannel
from rules.notifications.consents import CONSENT_HOLDS, given_since, holds
from rules.notifications.deliveries import DeliveryReason
from rules.notifications.promotions import (
    PromotionTimesWrong,
    Standing,
    WordsNotForLockScreen,
    check_lock_screen,
    check_times,
    why_left_out,
)

NOW = datetime(2026, 3, 16, 4, tzinfo=UTC)
PUSH, SMS = frozenset({MessageChannel.PUSH}), frozenset({MessageChannel.SMS})
BOTH, NONE = PUSH | SMS, frozenset[MessageChannel]()
NEVER = Told()


@pytest.mark.parametrize(
    "text",
    [
        "A cheaper loan",
        "LOAN news",
        "ＬＯＡＮ",
        "贷款利率下调",
        "低息借款",
        "网贷",
        "还清债务",
        "您的欠款",
        "逾期提醒",
        "Save ¥5",
        "省￥5",
        "€ for you",
        "得 100 元",
        "得１００元",
        "1,000 yuan",
        "RMB 88",
        "88rmb",
        "最高 5 万",
        "五百元礼券",
        "Dear {name}",
        "a } brace",
    ],
)
def test_a_push_says_nothing_of_loans_and_money_and_the_field_is_named(text: str):
    with pytest.raises(WordsNotForLockScreen) as refused:
        check_lock_screen({"pushTitleZh": "积分翻倍", "pushBodyEn": text})
    assert refused.value.field == "pushBodyEn"


@pytest.mark.parametrize("text", ["Twice the points in March", "5 short lessons", "618 会员日", "元旦快乐", "2 倍积分"])
def test_other_words_and_numbers_may_stand_there(text: str):
    check_lock_screen({"title": text})


HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.mark.parametrize(
    ("sends_in", "lasts"),
    [(timedelta(0), DAY), (-HOUR, DAY), (HOUR, timedelta(0)), (HOUR, -HOUR), (31 * DAY + HOUR, DAY), (HOUR, 32 * DAY)],
)
def test_a_promotion_begins_soon_and_does_not_last_for_ever(sends_in: timedelta, lasts: timedelta):
    check_times(NOW, NOW + HOUR, NOW + HOUR + 31 * DAY)
    check_times(NOW, NOW + 31 * DAY, NOW + 32 * DAY)
    with pytest.raises(PromotionTimesWrong):
        check_times(NOW, NOW + sends_in, NOW + sends_in + lasts)


@pytest.mark.parametrize(
    ("standing", "reason"),
    [
        (Standing(NONE, BOTH, NEVER, is_restricted=True), DeliveryReason.NO_CONSENT),
        (Standing(PUSH, SMS, NEVER, is_restricted=True), DeliveryReason.SWITCHED_OFF),
        (Standing(PUSH, BOTH, Told(1, 1, 1), is_restricted=True), DeliveryReason.CAP),
        (Standing(PUSH, BOTH, NEVER, is_restricted=True), DeliveryReason.RESTRICTED),
        (Standing(BOTH, SMS, NEVER, is_restricted=False), None),
    ],
)
def test_who_is_not_told_has_one_reason(standing: Standing, reason: DeliveryReason | None):
    assert why_left_out(standing, Caps()) == reason


@pytest.mark.parametrize(
    ("caps", "told", "allowed"),
    [
        (Caps(), Told(0, 2, 7), True),
        (Caps(), Told(1, 1, 1), False),
        (Caps(), Told(0, 3, 3), False),
        (Caps(), Told(0, 0, 8), False),
        (Caps(None, None, None), Told(99, 99, 99), True),
        (Caps(0, None, None), Told(), False),
        (Caps(None, None, 0), Told(), False),
        (Caps(None, 1, None), Told(0, 1, 1), False),
    ],
)
def test_null_is_no_bound_and_nought_is_none_at_all(caps: Caps, told: Told, allowed: bool):
    assert caps.allow_another(told) is allowed


def test_a_week_and_a_month_end_today():
    assert first_days(date(2026, 3, 16)) == (date(2026, 3, 16), date(2026, 3, 10), date(2026, 2, 15))


@pytest.mark.parametrize("older", [timedelta(0), timedelta(microseconds=-1), timedelta(microseconds=1)])
def test_both_ways_to_ask_whether_a_consent_holds_agree(older: timedelta):
    said_at = NOW - CONSENT_HOLDS - older
    assert holds(True, said_at, NOW) is (said_at > given_since(NOW)) is (older < timedelta(0))
