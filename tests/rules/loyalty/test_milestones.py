from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.loyalty.milestones import MOST_YEARS, beginnings


@pytest.mark.parametrize(
    ("today", "some", "not_these"),
    [
        (date(2026, 3, 16), {(1, date(2025, 3, 16)), (10, date(2016, 3, 16))}, {(0, date(2026, 3, 16))}),
        (date(2026, 2, 28), {(1, date(2025, 2, 28)), (2, date(2024, 2, 29)), (2, date(2024, 2, 28))}, set()),
        (date(2028, 2, 29), {(4, date(2024, 2, 29)), (8, date(2020, 2, 29))}, {(4, date(2024, 2, 28))}),
        (date(2028, 2, 28), {(4, date(2024, 2, 28)), (1, date(2027, 2, 28))}, {(4, date(2024, 2, 29))}),
        (date(2026, 3, 1), {(2, date(2024, 3, 1))}, {(2, date(2024, 2, 29))}),
    ],
)
def test_the_days_whose_anniversary_is_today(today, some, not_these):
    found = set(beginnings(today))
    assert found >= some
    assert not found & not_these


@given(st.dates(date(1990, 1, 1), date(2030, 12, 31)), st.integers(1, 20))
def test_every_day_has_one_anniversary_a_year(began, years):
    year = began.year + years
    clamped = date(year, 2, 28) if (began.month, began.day) == (2, 29) else date(year, began.month, began.day)
    on = date(year, 2, 29) if (began.month, began.day) == (2, 29) and year % 4 == 0 else clamped
    assert (years, began) in set(beginnings(on))
    others = [day for day in (date(year, 2, 28), date(year, 3, 1)) if day != on]
    assert not any((years, began) in set(beginnings(day)) for day in others)
    assert max(count for count, _ in beginnings(on)) <= MOST_YEARS
