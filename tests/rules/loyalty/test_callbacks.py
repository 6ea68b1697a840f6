from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from rules.loyalty.callbacks import (
    FARTHEST,
    CallbackAhead,
    SlotNotOffered,
    SlotTaken,
    check_due,
    check_slot,
    first_day,
    free_place,
    slots,
    slots_of,
)
from rules.products.holidays import make_calendar
from rules.service.business_time import DEFAULT_HOURS, BusinessTime, read_hours

CALENDAR = make_calendar("CN", [])
TIMES = BusinessTime(DEFAULT_HOURS, CALENDAR, ZoneInfo("Asia/Shanghai"))
MONDAY, SECOND = date(2026, 3, 16), timedelta(seconds=1)


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 3, day, hour - 8, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("today", "is_early", "first"),
    [
        (MONDAY, False, date(2026, 3, 17)),
        (MONDAY, True, MONDAY),
        (date(2026, 3, 20), False, date(2026, 3, 23)),
        (date(2026, 3, 21), False, date(2026, 3, 23)),
        (date(2026, 9, 30), False, date(2026, 10, 8)),
    ],
)
def test_one_books_from_the_next_business_day_on_and_some_from_today(today, is_early, first):
    assert first_day(today, CALENDAR, is_early=is_early) == first


@pytest.mark.parametrize(
    ("now", "is_early", "first", "count"),
    [
        (at(16, 12), False, at(17, 9), 14),
        (at(16, 12), True, at(16, 13, 30), 8 + 14),
        (at(16, 13, 30), True, at(16, 14), 7 + 14),
        (at(16, 13, 30) - SECOND, True, at(16, 13, 30), 8 + 14),
        (at(16, 17), True, at(17, 9), 14),
        (at(16, 8), True, at(16, 9), 14 + 14),
    ],
)
def test_of_two_days_those_slots_are_shown_that_are_ahead(now, is_early, first, count):
    found = slots(TIMES, now, [date(2026, 3, 17), MONDAY], is_early=is_early)
    assert (found[0], len(found)) == (first, count)
    assert found == sorted(found)


def test_nobody_books_in_the_past_or_in_a_far_future():
    last = MONDAY + FARTHEST
    assert slots(TIMES, at(16, 12), [MONDAY - timedelta(days=3), last + timedelta(days=1)], is_early=True) == []
    assert len(slots(TIMES, at(16, 12), [last], is_early=False)) == 14


@pytest.mark.parametrize("starts_at", [at(17, 9), at(17, 17)])
def test_a_slot_that_is_shown_can_be_booked(starts_at):
    check_slot(TIMES, at(16, 12), starts_at, is_early=False)


@pytest.mark.parametrize("starts_at", [at(16, 15), at(17, 9) + SECOND, at(17, 12), at(17, 17, 30), at(21, 9)])
def test_another_time_is_refused(starts_at):
    with pytest.raises(SlotNotOffered):
        check_slot(TIMES, at(16, 12), starts_at, is_early=False)


@pytest.mark.parametrize(("taken", "places", "place"), [([], 1, 1), ([1], 2, 2), ([2], 2, 1), ([1, 3], 3, 2)])
def test_the_first_free_place_is_taken(taken, places, place):
    assert free_place(taken, places) == place


@pytest.mark.parametrize(("taken", "places"), [([], 0), ([1], 1), ([1, 2], 2), ([2, 3], 1)])
def test_a_full_slot_has_none(taken, places):
    with pytest.raises(SlotTaken):
        free_place(taken, places)


def test_nobody_is_called_before_his_time():
    check_due(at(17, 9), at(17, 9))
    with pytest.raises(CallbackAhead):
        check_due(at(17, 9) - SECOND, at(17, 9))


def test_a_business_day_has_fourteen_slots_around_noon():
    starts = slots_of(MONDAY, TIMES)
    assert (len(starts), starts[0], starts[-1]) == (14, at(16, 9), at(16, 17))
    assert at(16, 11, 30) in starts
    assert at(16, 12) not in starts


def test_only_whole_slots_count():
    times = BusinessTime(read_hours("09:00-10:10,10:20-10:40"), CALENDAR, TIMES.zone)
    assert slots_of(MONDAY, times) == [at(16, 9), at(16, 9, 30)]
