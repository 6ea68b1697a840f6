from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from rules.loyalty.points import POINTS_FOR_PAYMENT_ON_TIME, expires_on, points_for_installment

DUE = date(2026, 3, 16)


def test_paying_early_or_on_the_day_earns_points_and_a_day_late_none():
    assert POINTS_FOR_PAYMENT_ON_TIME == 10
    assert points_for_installment(DUE, DUE - timedelta(days=9)) == 10
    assert points_for_installment(DUE, DUE) == 10
    assert points_for_installment(DUE, DUE + timedelta(days=1)) == 0


def test_points_last_to_the_end_of_the_month_two_years_on():
    assert expires_on(date(2026, 3, 16)) == date(2028, 3, 31)
    assert expires_on(date(2026, 2, 1)) == date(2028, 2, 29)
    assert expires_on(date(2026, 12, 31)) == date(2028, 12, 31)


@given(st.dates(date(2000, 1, 1), date(2090, 12, 31)))
def test_points_expire_on_the_last_day_of_a_month_and_last_at_least_two_years(earned_on):
    last = expires_on(earned_on)
    assert (last + timedelta(days=1)).day == 1
    assert (last.year, last.month) == (earned_on.year + 2, earned_on.month)
