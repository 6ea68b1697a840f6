from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.money import exactly
from rules.products.day_counts import day_counter
from rules.products.due_dates import add_months, date_in
from rules.products.kinds import DayCount, Frequency

days = st.dates(date(1999, 1, 1), date(2101, 1, 1))
counts, frequencies = st.sampled_from(DayCount), st.sampled_from(Frequency)


def years(
    day_count: DayCount, start: date, end: date, frequency: Frequency = Frequency.MONTHLY, due_day: int = 15
) -> Fraction:
    counter = day_counter(day_count, frequency, due_day)
    return Fraction(counter.ticks(start, end), counter.ticks_a_year)


@given(counts, frequencies, st.integers(1, 31), st.lists(days, min_size=3, max_size=3))
def test_the_parts_of_a_period_sum_to_the_whole_and_none_is_negative(day_count, frequency, due_day, drawn):
    first, middle, last = sorted(drawn)
    parts = years(day_count, first, middle, frequency, due_day), years(day_count, middle, last, frequency, due_day)
    assert sum(parts) == years(day_count, first, last, frequency, due_day)
    assert min(parts) >= 0


@given(st.integers(1, 31), st.integers(24_000, 25_200), st.integers(1, 60))
def test_from_due_day_to_due_day_months_are_twelfths(due_day, month, later):
    start, end = date_in(month, due_day), date_in(month + later, due_day)
    assert years(DayCount.TWELFTHS, start, end, due_day=due_day) == Fraction(later, 12)


@given(days)
def test_a_calendar_year_is_a_year(day):
    start, end = date(day.year, 1, 1), date(day.year + 1, 1, 1)
    assert years(DayCount.ACT_ACT, start, end) == years(DayCount.THIRTY_360, start, end) == 1
    assert years(DayCount.TWELFTHS, day, add_months(day, 12), due_day=day.day) == 1


@given(days, days)
def test_actual_days_are_split_at_each_new_year(one, other):
    start, end = min(one, other), max(one, other)
    expected, day = Fraction(0), start
    while day < end:
        until = min(date(day.year + 1, 1, 1), end)
        length = (date(day.year + 1, 1, 1) - date(day.year, 1, 1)).days
        expected += Fraction((until - day).days, length)
        day = until
    assert years(DayCount.ACT_ACT, start, end) == expected


@pytest.mark.parametrize(
    ("day_count", "start", "end", "expected"),
    [
        (DayCount.ACT_360, date(2024, 2, 1), date(2024, 3, 1), Fraction(29, 360)),
        (DayCount.ACT_365F, date(2024, 2, 1), date(2024, 3, 1), Fraction(29, 365)),
        (DayCount.ACT_ACT, date(2023, 12, 12), date(2024, 1, 12), Fraction(20, 365) + Fraction(11, 366)),
        (DayCount.THIRTY_360, date(2026, 1, 31), date(2026, 3, 31), Fraction(60, 360)),
        (DayCount.THIRTY_360, date(2026, 1, 15), date(2026, 2, 15), Fraction(30, 360)),
        (DayCount.TWELFTHS, date(2026, 1, 10), date(2026, 1, 15), Fraction(5, 31 * 12)),
        (DayCount.TWELFTHS, date(2026, 2, 15), date(2026, 3, 1), Fraction(14, 28 * 12)),
    ],
)
def test_known_fractions_of_a_year(day_count, start, end, expected):
    assert years(day_count, start, end) == expected


@pytest.mark.parametrize(
    ("frequency", "length", "a_year"), [(Frequency.WEEKLY, 7, 52), (Frequency.FORTNIGHTLY, 14, 26)]
)
def test_weeks_and_fortnights_count_alike_in_twelfths(frequency, length, a_year):
    start = date(2026, 1, 1)
    assert years(DayCount.TWELFTHS, start, date.fromordinal(start.toordinal() + length), frequency) == Fraction(
        1, a_year
    )


def test_interest_is_rounded_half_up_once():
    counter = day_counter(DayCount.TWELFTHS, Frequency.MONTHLY, 1)
    with exactly():
        assert counter.interest(Decimal("1.50"), Decimal("0.04"), date(2026, 1, 1), date(2026, 2, 1)) == Decimal("0.01")
        assert counter.interest(Decimal("1.49"), Decimal("0.04"), date(2026, 1, 1), date(2026, 2, 1)) == 0
        assert counter.interest(Decimal(100), Decimal("0.04"), date(2026, 1, 1), date(2026, 1, 1)) == 0
