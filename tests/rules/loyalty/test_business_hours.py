from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from rules.loyalty.business_hours import DEFAULT_HOURS, SLOT, BusinessHours, Opening, read_hours, slots_of
from rules.products.holidays import WEEKENDS_ONLY, SpecialDay, SpecialDayKind, make_calendar

SHANGHAI, BERLIN = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin")
MONDAY = date(2026, 3, 16)
CLOCKS = ["09:00", "09:30", "10:00", "10:30", "11:00", "11:30"]
CLOCKS += ["13:30", "14:00", "14:30", "15:00", "15:30", "16:00", "16:30", "17:00"]


def shown(day, zone, *, hours=DEFAULT_HOURS, calendar=WEEKENDS_ONLY) -> list[str]:
    return [start.astimezone(zone).strftime("%H:%M") for start in slots_of(day, hours, calendar, zone)]


def test_a_business_day_has_fourteen_slots_around_noon():
    assert shown(MONDAY, SHANGHAI) == CLOCKS
    assert slots_of(MONDAY, DEFAULT_HOURS, WEEKENDS_ONLY, SHANGHAI)[0] == datetime(2026, 3, 16, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("day", "first"),
    [
        (date(2026, 3, 27), datetime(2026, 3, 27, 8, tzinfo=UTC)),
        (date(2026, 3, 30), datetime(2026, 3, 30, 7, tzinfo=UTC)),
        (date(2026, 10, 23), datetime(2026, 10, 23, 7, tzinfo=UTC)),
        (date(2026, 10, 26), datetime(2026, 10, 26, 8, tzinfo=UTC)),
    ],
)
def test_where_the_clock_is_put_forward_and_back_slots_follow_it(day, first):
    assert slots_of(day, DEFAULT_HOURS, WEEKENDS_ONLY, BERLIN)[0] == first
    assert shown(day, BERLIN) == CLOCKS


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
    assert bool(shown(day, SHANGHAI, calendar=make_calendar("CN", special))) is is_open


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


def test_only_whole_slots_count():
    hours = read_hours("09:00-10:10,10:20-10:40")
    assert shown(MONDAY, SHANGHAI, hours=hours) == ["09:00", "09:30"]
    assert SLOT.total_seconds() == 1800
