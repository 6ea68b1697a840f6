from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.products.holidays import WEEKENDS_ONLY, SpecialDay, SpecialDayKind, make_calendar
from rules.service.business_time import DEFAULT_HOURS, BusinessHours, BusinessTime, Opening, Span, read_hours

SHANGHAI, BERLIN = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin")
MONDAY = date(2026, 3, 16)
TIMES = BusinessTime(DEFAULT_HOURS, make_calendar("CN", []), SHANGHAI)
IN_BERLIN = BusinessTime(DEFAULT_HOURS, WEEKENDS_ONLY, BERLIN)
HOUR = timedelta(hours=1)


def at(written: str, zone: ZoneInfo = SHANGHAI) -> datetime:
    """A moment as the clock on the wall shows it, such as 03-16 12:00."""
    return datetime.strptime(f"2026-{written}", "%Y-%m-%d %H:%M").replace(tzinfo=zone).astimezone(UTC)


def test_a_business_day_has_two_openings_around_noon():
    assert TIMES.openings(MONDAY) == [
        Span(at("03-16 09:00"), at("03-16 12:00")),
        Span(at("03-16 13:30"), at("03-16 17:30")),
    ]
    assert TIMES.end_of(MONDAY) == at("03-17 00:00")


@pytest.mark.parametrize(
    ("day", "first"),
    [
        (date(2026, 3, 27), datetime(2026, 3, 27, 8, tzinfo=UTC)),
        (date(2026, 3, 30), datetime(2026, 3, 30, 7, tzinfo=UTC)),
        (date(2026, 10, 23), datetime(2026, 10, 23, 7, tzinfo=UTC)),
        (date(2026, 10, 26), datetime(2026, 10, 26, 8, tzinfo=UTC)),
    ],
)
def test_where_the_clock_is_put_forward_and_back_openings_follow_it(day, first):
    assert IN_BERLIN.openings(day)[0].start == first


@pytest.mark.parametrize(
    ("day", "is_open"),
    [
        (date(2026, 3, 21), False),
        (date(2026, 3, 22), False),
        (date(2026, 10, 1), False),
        (date(2026, 3, 18), False),
        (date(2026, 3, 28), True),
    ],
)
def test_weekends_holidays_and_special_days_count(day, is_open):
    special = [
        SpecialDay(date(2026, 3, 18), SpecialDayKind.HOLIDAY),
        SpecialDay(date(2026, 3, 28), SpecialDayKind.WORKING_DAY),
    ]
    times = BusinessTime(DEFAULT_HOURS, make_calendar("CN", special), SHANGHAI)
    assert bool(times.openings(day)) is is_open


@pytest.mark.parametrize(
    ("start", "hours", "end"),
    [
        ("03-16 09:00", 1, "03-16 10:00"),
        ("03-16 08:00", 1, "03-16 10:00"),
        ("03-16 11:30", 1, "03-16 14:00"),
        ("03-16 09:00", 3, "03-16 12:00"),
        ("03-16 12:00", 0, "03-16 12:00"),
        ("03-16 12:30", 4, "03-16 17:30"),
        ("03-16 17:30", 1, "03-17 10:00"),
        ("03-20 17:00", 1, "03-23 09:30"),
        ("03-21 23:59", 7, "03-23 17:30"),
        ("09-30 23:50", 8, "10-09 10:00"),
        ("02-13 16:30", 8, "02-14 17:30"),
        ("02-14 17:00", 1, "02-24 09:30"),
    ],
)
def test_so_much_business_time_later_is(start, hours, end):
    found = TIMES.after(at(start), hours * HOUR)
    assert found.astimezone(SHANGHAI).strftime("%m-%d %H:%M") == end
    assert TIMES.elapsed(at(start), found) == hours * HOUR


def test_no_business_time_lies_outside_openings_or_backwards():
    assert TIMES.elapsed(at("03-16 12:00"), at("03-16 13:30")) == timedelta()
    assert TIMES.elapsed(at("03-20 17:30"), at("03-23 09:00")) == timedelta()
    assert TIMES.elapsed(at("03-17 10:00"), at("03-16 10:00")) == timedelta()


def test_a_business_day_is_as_long_where_the_clock_is_put_forward_over_night():
    assert IN_BERLIN.elapsed(at("03-27 12:30", BERLIN), at("03-30 12:30", BERLIN)) == 7 * HOUR


@given(st.integers(0, 300 * 86_400), st.lists(st.integers(0, 60_000), min_size=1))
def test_business_time_adds_up(seconds, parts):
    start = moment = at("01-01 00:00") + timedelta(seconds=seconds)
    whole = TIMES.after(start, timedelta(seconds=sum(parts)))
    for part in parts:
        moment = TIMES.after(moment, timedelta(seconds=part))
    assert moment == whole
    assert TIMES.elapsed(start, whole) == timedelta(seconds=sum(parts))


@pytest.mark.parametrize(
    ("written", "openings"),
    [
        ("09:00-12:00,13:30-17:30", [(time(9), time(12)), (time(13, 30), time(17, 30))]),
        (" 08:15 - 08:45 ", [(time(8, 15), time(8, 45))]),
    ],
)
def test_hours_are_read_as_they_are_written(written, openings):
    assert read_hours(written) == BusinessHours(tuple(Opening(*each) for each in openings))


@pytest.mark.parametrize(
    "written", ["", "9-12", "12:00-09:00", "09:00-12:00,11:00-13:00", "24:00-25:00", "09:00-12:00,", "09:00-09:00,"]
)
def test_hours_that_are_none_or_overlap_are_refused(written):
    with pytest.raises(ValueError, match="business hours"):
        read_hours(written)
