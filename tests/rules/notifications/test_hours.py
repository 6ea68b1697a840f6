"""Hours at which somebody may be told, on his own clock: over midnight, over the year, and where a clock jumps."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.notifications.classes import MessageClass
from rules.notifications.hours import (
    DEFAULT_QUIET,
    QuietHours,
    QuietHoursEmpty,
    QuietHoursTooLong,
    check_quiet_hours,
    end_of_day,
    is_open,
    next_closed,
    next_open,
)

SHANGHAI, BERLIN, AUCKLAND = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin"), ZoneInfo("Pacific/Auckland")
NEVER = QuietHours(time(3), time(3, 1))
"""As good as none."""


def at(clock: str, zone: ZoneInfo = SHANGHAI, day: date = date(2026, 3, 16)) -> datetime:
    return datetime.combine(day, time.fromisoformat(clock), zone).astimezone(UTC)


@pytest.mark.parametrize(
    ("message_class", "opens", "closes"),
    [
        (MessageClass.REMINDER, "09:00", "21:00"),
        (MessageClass.PROMOTION, "09:00", "21:00"),
        (MessageClass.OVERDUE, "08:00", "22:00"),
        (MessageClass.SERVICE, "08:00", "22:00"),
    ],
)
def test_hours_are_half_open(message_class, opens, closes):
    night, morning = at("02:30"), at(opens)
    assert next_open(message_class, night, SHANGHAI, DEFAULT_QUIET) == morning
    assert next_open(message_class, morning, SHANGHAI, DEFAULT_QUIET) == morning
    assert next_closed(message_class, morning, SHANGHAI, DEFAULT_QUIET) == at(closes)
    tomorrow = at(opens, day=date(2026, 3, 17))
    assert next_open(message_class, at(closes), SHANGHAI, DEFAULT_QUIET) == tomorrow


@pytest.mark.parametrize("message_class", [MessageClass.SECURITY, MessageClass.PAYMENT])
def test_access_and_money_are_told_at_any_hour(message_class):
    assert next_open(message_class, at("02:30"), SHANGHAI, DEFAULT_QUIET) == at("02:30")
    assert next_closed(message_class, at("02:30"), SHANGHAI, DEFAULT_QUIET) is None


def test_quiet_hours_by_day_are_waited_for():
    nap = QuietHours(time(12), time(14, 30))
    assert next_open(MessageClass.SERVICE, at("13:00"), SHANGHAI, nap) == at("14:30")
    assert next_open(MessageClass.SERVICE, at("02:30"), SHANGHAI, nap) == at("02:30")
    assert next_open(MessageClass.REMINDER, at("02:30"), SHANGHAI, nap) == at("09:00")
    assert next_closed(MessageClass.REMINDER, at("10:00"), SHANGHAI, nap) == at("12:00")


def test_an_hour_that_a_clock_skips_is_waited_for_as_it_shows_it():
    """In Berlin it is 2:00 and then 3:00 on the 29th of March."""
    quiet = QuietHours(time(22), time(2, 30))
    opens = next_open(MessageClass.SERVICE, datetime(2026, 3, 29, 0, 30, tzinfo=UTC), BERLIN, quiet)
    assert is_open(MessageClass.SERVICE, opens.astimezone(BERLIN), quiet)
    assert opens.astimezone(BERLIN).time() >= time(3)


def test_a_day_ends_by_its_own_clock():
    assert end_of_day(date(2026, 3, 16), SHANGHAI) == datetime(2026, 3, 16, 16, tzinfo=UTC)
    assert end_of_day(date(2026, 3, 16), AUCKLAND) == datetime(2026, 3, 16, 11, tzinfo=UTC)


def test_quiet_hours_that_leave_no_time_are_refused():
    with pytest.raises(QuietHoursEmpty):
        check_quiet_hours(QuietHours(time(9), time(9)))
    with pytest.raises(QuietHoursTooLong):
        check_quiet_hours(QuietHours(time(8), time(19, 1)))
    check_quiet_hours(QuietHours(time(8), time(19)))


minutes = st.integers(0, 1439).map(lambda minute: time(*divmod(minute, 60)))


@given(
    message_class=st.sampled_from(MessageClass),
    now=st.integers(0, 2 * 365 * 1440).map(lambda minute: at("00:00") + timedelta(minutes=minute)),
    zone=st.sampled_from([SHANGHAI, BERLIN, AUCKLAND, ZoneInfo("America/St_Johns")]),
    quiet=st.builds(QuietHours, minutes, minutes),
)
def test_whoever_may_be_told_at_some_hour_is_told_at_the_next_one(message_class, now, zone, quiet):
    try:
        check_quiet_hours(quiet)
    except (QuietHoursEmpty, QuietHoursTooLong):
        return
    opens = next_open(message_class, now, zone, quiet)
    assert opens >= now
    assert is_open(message_class, opens.astimezone(zone), quiet)
    closes = next_closed(message_class, opens, zone, quiet)
    assert closes is None or (closes > opens and not is_open(message_class, closes.astimezone(zone), quiet))
