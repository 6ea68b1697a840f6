from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.products.due_dates import HolidayTerms, make_periods
from rules.products.holidays import (
    HolidayContradiction,
    HolidayTableGap,
    RegionUnknown,
    SpecialDay,
    SpecialDayKind,
    make_calendar,
)
from rules.products.kinds import HolidayInterest, HolidayRule

CHINA, WEEKENDS = make_calendar("CN", ()), make_calendar(None, ())
days = st.dates(date(2023, 1, 1), date(2027, 12, 31))
calendars = st.sampled_from([CHINA, WEEKENDS])


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2026, 2, 17), False),  # Spring Festival, a Tuesday.
        (date(2026, 2, 14), True),  # A Saturday made up for it.
        (date(2026, 2, 15), False),  # A Sunday that is none.
        (date(2026, 2, 24), True),
        (date(2026, 10, 10), True),
    ],
)
def test_the_official_days_of_china_are_known(day, expected):
    assert CHINA.is_business_day(day) is expected


@given(calendars, days)
def test_a_moved_day_is_a_business_day_and_the_nearest_later_one(calendar, day):
    moved = HolidayTerms(HolidayRule.NEXT, calendar=calendar).moved(day)
    assert calendar.is_business_day(moved)
    assert moved >= day
    assert not any(calendar.is_business_day(day + timedelta(days=n)) for n in range((moved - day).days))


@given(calendars, days)
def test_a_modified_day_stays_in_its_month(calendar, day):
    moved = HolidayTerms(HolidayRule.MODIFIED_NEXT, calendar=calendar).moved(day)
    assert calendar.is_business_day(moved)
    assert (moved.year, moved.month) == (day.year, day.month)


@given(calendars, st.sampled_from(HolidayRule), days, days)
def test_moving_keeps_the_order(calendar, rule, one, other):
    terms = HolidayTerms(rule, calendar=calendar)
    assert terms.moved(min(one, other)) <= terms.moved(max(one, other))


@given(
    st.sampled_from(HolidayRule), st.sampled_from(HolidayInterest), st.lists(days, min_size=1, max_size=9, unique=True)
)
def test_periods_follow_each_other_without_a_gap(rule, interest, due):
    terms = HolidayTerms(rule, interest, CHINA)
    start = date(2022, 12, 1)
    periods = make_periods(start, sorted(due), terms)
    assert [period.starts_on for period in periods] == [start, *[period.ends_on for period in periods[:-1]]]
    moved = [terms.moved(day) for day in sorted(due)]
    assert [period.due_on for period in periods] == moved
    kept = interest is HolidayInterest.TO_DUE_DAY
    assert [period.ends_on for period in periods] == (sorted(due) if kept else moved)


def test_a_table_with_a_year_missing_is_refused():
    table = [SpecialDay(date(year, 1, 1), SpecialDayKind.HOLIDAY) for year in (2026, 2029)]
    with pytest.raises(HolidayTableGap) as refused:
        make_calendar("CN", table)
    assert refused.value.missing_from == date(2027, 1, 1)


def test_a_day_given_twice_is_refused():
    with pytest.raises(HolidayContradiction) as refused:
        make_calendar(None, [SpecialDay(date(2026, 1, 1), kind) for kind in SpecialDayKind])
    assert refused.value.on == date(2026, 1, 1)


def test_a_table_that_leaves_no_business_day_is_refused():
    table = [SpecialDay(date(2026, 1, 1) + timedelta(days=n), SpecialDayKind.HOLIDAY) for n in range(61)]
    with pytest.raises(HolidayContradiction):
        make_calendar(None, table).next_business_day(date(2026, 1, 1))


@pytest.mark.parametrize("region", ["XX", "cn", "C", ""])
def test_a_region_that_nobody_knows_is_refused(region):
    with pytest.raises(RegionUnknown):
        make_calendar(region, ())
