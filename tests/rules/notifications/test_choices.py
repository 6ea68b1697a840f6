from datetime import UTC, datetime, time, timedelta

import pytest

from rules.notifications.classes import DUTIES, Category, MessageChannel
from rules.notifications.consents import WORDS_SINCE, version_of
from rules.notifications.hours import (
    DEFAULT_QUIET,
    QuietHours,
    QuietHoursEmpty,
    QuietHoursTooLong,
    ZoneChangedLately,
    ZoneUnknown,
    at_minute,
    check_quiet_hours,
    check_zone,
    check_zone_change,
    minute_of,
)
from rules.notifications.preferences import DutyCannotBeSilenced, check_choice, is_last_way

PUSH, SMS, EMAIL = MessageChannel.PUSH, MessageChannel.SMS, MessageChannel.EMAIL
NOW = datetime(2026, 3, 16, 4, tzinfo=UTC)


@pytest.mark.parametrize("category", sorted(DUTIES))
def test_of_a_duty_the_last_way_that_is_noticed_stays_on(category):
    both: dict = {}
    assert not is_last_way(both, category, PUSH), "there is the text message"
    without_push = {(category, PUSH): False}
    assert not is_last_way(without_push, category, PUSH), "it is off already"
    assert is_last_way(without_push, category, SMS)
    assert not is_last_way({**without_push, (category, EMAIL): True}, category, EMAIL), "mail is not noticed"
    check_choice(without_push, category)
    with pytest.raises(DutyCannotBeSilenced):
        check_choice({**without_push, (category, SMS): False, (category, EMAIL): True}, category)


def test_what_is_no_duty_can_be_silenced():
    for category in set(Category) - DUTIES:
        silent = {(category, channel): False for channel in MessageChannel}
        check_choice(silent, category)
        assert not any(is_last_way({}, category, channel) for channel in MessageChannel)


def test_quiet_hours_end_and_leave_two_hours_of_the_day():
    check_quiet_hours(DEFAULT_QUIET)
    check_quiet_hours(QuietHours(time(11), time(9)))
    with pytest.raises(QuietHoursEmpty):
        check_quiet_hours(QuietHours(time(22), time(22)))
    for quiet in (QuietHours(time(10, 59), time(9)), QuietHours(time(9), time(19, 1)), QuietHours(time(0), time(23))):
        with pytest.raises(QuietHoursTooLong) as refused:
            check_quiet_hours(quiet)
        assert refused.value.free_minutes == 120


@pytest.mark.parametrize("minute", [0, 1, 59, 60, 719, 1439])
def test_a_minute_of_the_day_is_a_time_and_back(minute):
    assert minute_of(at_minute(minute)) == minute


def test_zones_are_those_of_places():
    for name in ("Asia/Shanghai", "Asia/Urumqi", "America/Argentina/Salta", "UTC"):
        check_zone(name)
    for name in (
        "",
        "localtime",
        "Mars/Olympus",
        "asia/shanghai",
        "../../etc/passwd",
        "/etc/localtime",
        "PRC",
        "UTC\0",
    ):
        with pytest.raises(ZoneUnknown):
            check_zone(name)


def test_a_zone_that_changed_lately_stays_for_a_day():
    check_zone_change(None, NOW)
    check_zone_change(NOW - timedelta(hours=24), NOW)
    with pytest.raises(ZoneChangedLately) as refused:
        check_zone_change(NOW - timedelta(hours=23), NOW)
    assert refused.value.again_at == NOW + timedelta(hours=1)


def test_words_that_differ_by_a_sign_are_another_version():
    assert version_of("I agree.") == f"{WORDS_SINCE}-{version_of('I agree.')[-12:]}"
    assert version_of("I agree.") != version_of("I agree!")
    assert len(version_of("我同意。")) <= 40
