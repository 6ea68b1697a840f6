from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.loyalty.points import Lot, NotEnoughPoints, Part, expires_on, filled, returned_until, spent

LOTS = st.lists(st.integers(-50, 50), max_size=12).map(
    lambda sizes: [Lot(id, size, date(2026, 1, 1) + timedelta(days=31 * (id % 5))) for id, size in enumerate(sizes)]
)


def test_points_last_to_the_end_of_the_month_two_years_on():
    assert expires_on(date(2026, 3, 16)) == date(2028, 3, 31)
    assert expires_on(date(2026, 2, 1)) == date(2028, 2, 29)
    assert expires_on(date(2026, 12, 31)) == date(2028, 12, 31)
    assert expires_on(date(2026, 1, 31), 1) == date(2026, 2, 28)


@given(st.dates(date(2000, 1, 1), date(2090, 12, 31)), st.integers(0, 60))
def test_points_expire_on_the_last_day_of_a_month_and_last_at_least_as_long_as_said(usable_from, months):
    last = expires_on(usable_from, months)
    assert (last + timedelta(days=1)).day == 1
    assert (last.year * 12 + last.month) == usable_from.year * 12 + usable_from.month + months


def test_what_comes_back_can_be_spent_for_thirty_days_at_least():
    assert returned_until(date(2026, 3, 16)) == date(2026, 4, 15)


def test_of_lots_that_expire_on_one_day_the_older_is_spent_first():
    lots = [Lot(2, 5, date(2026, 3, 31)), Lot(1, 5, date(2026, 3, 31)), Lot(3, 5, date(2026, 2, 28))]
    assert spent(lots, 12) == [Part(3, -5), Part(1, -5), Part(2, -2)]


@given(LOTS)
def test_what_is_owed_is_made_up_for_as_far_as_there_is_something(lots):
    parts = filled(lots)
    assert sum(part.points for part in parts) == 0
    left = {lot.id: lot.remaining for lot in lots}
    for part in parts:
        left[part.lot_id] += part.points
    assert all(min(lot.remaining, 0) <= left[lot.id] <= max(lot.remaining, 0) for lot in lots)
    assert min(left.values(), default=0) >= 0 or max(left.values()) <= 0, "both are not left"


@given(LOTS, st.integers(1, 300))
def test_no_lot_is_spent_beyond_its_size_and_those_that_expire_first_go_first(lots, points):
    lots = [lot for lot in lots if lot.remaining >= 0]
    balance = sum(lot.remaining for lot in lots)
    if points > balance:
        with pytest.raises(NotEnoughPoints) as refused:
            spent(lots, points)
        assert refused.value.balance == balance
        return
    taken = {part.lot_id: -part.points for part in spent(lots, points)}
    assert sum(taken.values()) == points
    assert all(0 < taken[lot.id] <= lot.remaining for lot in lots if lot.id in taken)
    touched = [lot for lot in lots if lot.id in taken]
    last = max(touched, key=lambda lot: (lot.expires_on, lot.id))
    assert all(taken.get(lot.id, 0) == lot.remaining for lot in lots if (lot.expires_on, lot.id) < (*last[2:], last.id))
