"""Deadlines against a table that was worked out by hand, with the official calendar of 2026 and 2027 beside it."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.products.holidays import SpecialDay, SpecialDayKind, make_calendar
from rules.service.business_time import DEFAULT_HOURS, BusinessTime
from rules.service.case_clocks import (
    CHINA,
    TARGETS,
    CaseClockKind,
    DayKind,
    Happened,
    Happening,
    Targets,
    clocks_of,
)
from rules.service.cases import CaseKind, CasePriority

SHANGHAI = ZoneInfo("Asia/Shanghai")
TIMES = BusinessTime(DEFAULT_HOURS, make_calendar("CN", []), SHANGHAI)
P1, P2, P3, P4 = (TARGETS[priority] for priority in CasePriority)
FIRST, RESOLUTION, LEGAL, REVIEW = CaseClockKind


def at(written: str, zone: ZoneInfo = SHANGHAI) -> datetime:
    """A moment as the clock on the wall shows it: 03-16 12:00 of 2026, unless a year stands before."""
    full = written if len(written) > 11 else f"2026-{written}"
    return datetime.strptime(full, "%Y-%m-%d %H:%M").replace(tzinfo=zone).astimezone(UTC)


def shown(moment: datetime | None) -> str | None:
    """The same the other way."""
    return None if moment is None else moment.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M").removeprefix("2026-")


def opened(when: str, targets: Targets = P3, days: int = CHINA.days) -> Happened:
    return Happened(what=Happening.OPENED, at=at(when), targets=targets, days=days)


def then(what: Happening, when: str, targets: Targets | None = None, days: int | None = None) -> Happened:
    return Happened(what=what, at=at(when), targets=targets, days=days)


def joined(when: str, since: str, until: str | None = None, targets: Targets | None = None) -> Happened:
    ends = None if until is None else at(until)
    return Happened(what=Happening.JOINED, at=at(when), since=at(since), until=ends, targets=targets)


def due(*happened: Happened, kind: CaseKind = CaseKind.COMPLAINT, days=DayKind.CALENDAR, times=TIMES) -> dict:
    """When each clock runs out, by kind and round."""
    clocks = clocks_of(kind, happened, times, days)
    return {(clock.kind, clock.round): shown(clock.due_at) for clock in clocks}


REPLIED, WAITS, GOES_ON = Happening.REPLIED, Happening.WAITS, Happening.GOES_ON
RETARGETED, RESCHEDULED, ENDED = Happening.RETARGETED, Happening.RESCHEDULED, Happening.ENDED
REOPENED, REVIEW_ASKED = Happening.REOPENED, Happening.REVIEW_ASKED
MONDAY = "03-16 10:00"

BY_HAND = [
    # A first reply, by priority, hour and day: 9 to 12 and 13:30 to 17:30.
    (FIRST, [opened("03-16 09:00", P1)], "03-16 10:00"),
    (FIRST, [opened("03-16 08:59", P1)], "03-16 10:00"),
    (FIRST, [opened("03-16 11:30", P1)], "03-16 14:00"),
    (FIRST, [opened("03-16 12:15", P1)], "03-16 14:30"),
    (FIRST, [opened("03-16 17:29", P1)], "03-17 09:59"),
    (FIRST, [opened("03-16 09:00", P2)], "03-16 14:30"),
    (FIRST, [opened("03-20 16:30", P2)], "03-23 12:00"),
    (FIRST, [opened("03-16 09:00", P3)], "03-17 10:00"),
    (FIRST, [opened("03-21 12:00", P3)], "03-24 10:00"),
    (FIRST, [opened("03-16 09:00", P4)], "03-18 11:00"),
    # Around the long holidays: 1 to 7 October, 15 to 23 February; the 14th and the 28th of February are made up.
    (FIRST, [opened("09-30 23:50", P3)], "10-09 10:00"),
    (FIRST, [opened("09-30 17:00", P1)], "10-08 09:30"),
    (FIRST, [opened("02-13 17:00", P1)], "02-14 09:30"),
    (FIRST, [opened("02-14 17:00", P1)], "02-24 09:30"),
    (FIRST, [opened("02-27 17:00", P1)], "02-28 09:30"),
    (FIRST, [opened("02-28 17:00", P1)], "03-02 09:30"),
    (FIRST, [opened("12-31 17:00", P1)], "2027-01-04 09:30"),
    # An answer: 56 hours are eight days.
    (RESOLUTION, [opened("03-16 09:00")], "03-25 17:30"),
    (RESOLUTION, [opened(MONDAY)], "03-26 10:00"),
    (RESOLUTION, [opened("09-30 09:00")], "10-15 17:30"),
    (RESOLUTION, [opened("12-31 09:00")], "2027-01-12 17:30"),
    # It stands still while we wait, and says nothing then.
    (RESOLUTION, [opened(MONDAY), then(WAITS, "03-16 12:00")], None),
    (RESOLUTION, [opened(MONDAY), then(WAITS, "03-16 12:00"), then(GOES_ON, "03-16 13:30")], "03-26 10:00"),
    (RESOLUTION, [opened(MONDAY), then(WAITS, "03-17 10:00"), then(GOES_ON, "03-18 10:00")], "03-27 10:00"),
    (RESOLUTION, [opened(MONDAY), then(WAITS, "03-20 17:30"), then(GOES_ON, "03-22 20:00")], "03-26 10:00"),
    (
        RESOLUTION,
        [opened(MONDAY), *(then(what, "03-17 10:00") for what in (WAITS, WAITS, GOES_ON, GOES_ON))],
        "03-26 10:00",
    ),
    (
        RESOLUTION,
        [
            opened(MONDAY),
            *(then(WAITS, "03-17 10:00"), then(GOES_ON, "03-18 10:00")),
            *(then(WAITS, "03-19 10:00"), then(GOES_ON, "03-20 10:00")),
        ],
        "03-30 10:00",
    ),
    (RESOLUTION, [opened(MONDAY), then(WAITS, "04-02 10:00")], "03-26 10:00"),
    # Another priority counts from the beginning.
    (FIRST, [opened(MONDAY, P4), then(RETARGETED, "03-16 15:00", P1)], "03-16 11:00"),
    (RESOLUTION, [opened(MONDAY), then(RETARGETED, "03-18 10:00", P1)], "03-18 10:00"),
    (RESOLUTION, [opened(MONDAY, P1), then(RETARGETED, "03-16 11:00", P4)], "03-30 10:00"),
    (
        RESOLUTION,
        [opened(MONDAY), *(then(WAITS, "03-17 10:00"), then(GOES_ON, "03-18 10:00")), then(RETARGETED, "03-19 10:00", P1)],
        "03-19 10:00",
    ),
    # The law: from the day after, whatever the hour, and never still.
    (LEGAL, [opened("03-16 00:00")], "04-01 00:00"),
    (LEGAL, [opened("03-16 23:59")], "04-01 00:00"),
    (LEGAL, [opened("09-30 23:50")], "10-16 00:00"),
    (LEGAL, [opened("12-25 10:00")], "2027-01-10 00:00"),
    (LEGAL, [opened(MONDAY), then(WAITS, "03-17 10:00")], "04-01 00:00"),
    (LEGAL, [opened(MONDAY, days=CHINA.days), then(RESCHEDULED, "03-20 10:00", days=30)], "04-16 00:00"),
    (LEGAL, [opened(MONDAY), then(RESCHEDULED, "04-10 10:00", days=60)], "05-16 00:00"),
    (LEGAL, [opened("02-13 10:00"), then(RETARGETED, "02-14 10:00", P1)], "03-01 00:00"),
    # What joins brings its own day; what joined later than this one began brings none.
    (LEGAL, [opened(MONDAY), joined("03-18 10:00", "03-10 09:00", "03-26 00:00")], "03-26 00:00"),
    (LEGAL, [opened(MONDAY), joined("03-18 10:00", "03-17 09:00", "04-02 00:00")], "04-01 00:00"),
    (LEGAL, [opened(MONDAY), joined("03-18 10:00", "02-01 09:00", "04-20 00:00")], "04-01 00:00"),
    (
        LEGAL,
        [opened(MONDAY), joined("03-18 10:00", "03-10 09:00", "03-26 00:00"), then(RESCHEDULED, "03-20 10:00", days=30)],
        "04-10 00:00",
    ),
    (LEGAL, [opened(MONDAY), then(RESCHEDULED, "03-17 10:00", days=60), joined("04-20 10:00", "04-20 09:00", "05-06 00:00")], "05-06 00:00"),
    (FIRST, [opened(MONDAY, P4), joined("03-16 11:00", "03-16 10:30", targets=P1)], "03-16 11:00"),
    (RESOLUTION, [opened(MONDAY), joined("03-18 10:00", "03-13 10:00")], "03-25 10:00"),
    (FIRST, [opened(MONDAY), then(REPLIED, "03-16 11:00"), joined("03-18 10:00", "03-10 09:00")], "03-17 11:00"),
    # The unit above.
    (REVIEW, [opened(MONDAY), then(ENDED, "03-20 10:00"), then(REVIEW_ASKED, "03-25 22:00", days=30)], "04-25 00:00"),
]  # fmt: skip


@pytest.mark.parametrize(("clock", "happened", "expected"), BY_HAND)
def test_a_clock_runs_out_when_the_table_says(clock, happened, expected):
    assert due(*happened)[clock, 1] == expected


BUSINESS_DAYS = [
    ([opened("03-16 00:00")], "04-08 00:00"),
    ([opened("09-30 23:50")], "10-28 00:00"),
    ([opened("02-13 10:00")], "03-13 00:00"),
    ([opened("12-25 10:00")], "2027-01-19 00:00"),
    ([opened("03-21 10:00"), then(RESCHEDULED, "03-30 10:00", days=30)], "05-08 00:00"),
]


@pytest.mark.parametrize(("happened", "expected"), BUSINESS_DAYS)
def test_where_the_law_counts_business_days_holidays_are_none(happened, expected):
    assert due(*happened, days=DayKind.BUSINESS)[LEGAL, 1] == expected


def test_the_law_has_no_clock_for_requests():
    assert due(opened(MONDAY), kind=CaseKind.REQUEST).keys() == {(FIRST, 1), (RESOLUTION, 1)}


def test_what_is_reopened_keeps_its_first_clocks_and_begins_second_ones():
    happened = [opened(MONDAY), then(REPLIED, "03-16 11:00"), then(ENDED, "03-20 10:00")]
    happened.append(then(REOPENED, "04-01 09:00", P2, 15))
    found = due(*happened)
    assert (found[FIRST, 1], found[RESOLUTION, 1], found[LEGAL, 1]) == ("03-17 11:00", "03-26 10:00", "04-01 00:00")
    assert (found[FIRST, 2], found[RESOLUTION, 2], found[LEGAL, 2]) == ("04-01 14:30", "04-08 17:30", "04-17 00:00")


@pytest.mark.parametrize(
    ("ended", "is_late"), [("03-26 10:00", False), ("03-26 10:01", True), ("03-20 10:00", False), ("05-01 10:00", True)]
)
def test_what_ends_after_its_clock_has_run_out_is_late(ended, is_late):
    clocks = clocks_of(CaseKind.COMPLAINT, [opened(MONDAY), then(ENDED, ended)], TIMES, DayKind.CALENDAR)
    assert {clock.kind: clock.is_late for clock in clocks}[RESOLUTION] is is_late


def test_somebody_is_warned_at_half_and_at_four_fifths():
    first, resolution, legal = clocks_of(CaseKind.COMPLAINT, [opened(MONDAY)], TIMES, DayKind.CALENDAR)
    assert [shown(mark) for mark in first.marks] == ["03-16 15:30", "03-17 09:24", "03-17 11:00"]
    assert [shown(mark) for mark in resolution.marks] == ["03-20 10:00", "03-24 14:18", "03-26 10:00"]
    assert [shown(mark) for mark in legal.marks] == ["03-24 05:00", "03-28 21:12", "04-01 00:00"]


def test_a_day_made_a_holiday_moves_what_is_promised_and_not_what_the_law_counts():
    special = [SpecialDay(date(2026, 3, 18), SpecialDayKind.HOLIDAY)]
    times = BusinessTime(DEFAULT_HOURS, make_calendar("CN", special), SHANGHAI)
    found = due(opened(MONDAY), times=times)
    assert (found[RESOLUTION, 1], found[LEGAL, 1]) == ("03-27 10:00", "04-01 00:00")


def test_another_zone_gives_other_days():
    times = BusinessTime(DEFAULT_HOURS, make_calendar("CN", []), ZoneInfo("Europe/Berlin"))
    (clock,) = [
        each
        for each in clocks_of(CaseKind.COMPLAINT, [opened("03-17 02:00")], times, DayKind.CALENDAR)
        if each.kind is LEGAL
    ]
    assert clock.due_at == datetime(2026, 3, 31, 22, tzinfo=UTC)


@given(st.lists(st.integers(1, 40), min_size=1, max_size=6))
def test_waiting_takes_nothing_of_the_time_that_was_promised(hours):
    moment, happened, worked = at("03-02 09:00"), [opened("03-02 09:00", P4)], timedelta()
    for number, each in enumerate(hours):
        later = moment + timedelta(hours=each)
        if number % 2 == 0:
            worked += TIMES.elapsed(moment, later)
        happened.append(Happened(what=GOES_ON if number % 2 else WAITS, at=later))
        moment = later
    clocks = clocks_of(CaseKind.REQUEST, happened, TIMES, DayKind.CALENDAR)
    resolution = next(clock for clock in clocks if clock.kind is RESOLUTION)
    if worked < P4.resolution:
        assert (resolution.due_at is None) is (len(hours) % 2 == 1)
        assert resolution.due_at in (None, TIMES.after(moment, P4.resolution - worked))
    else:
        assert resolution.due_at is not None
        assert resolution.due_at <= moment
