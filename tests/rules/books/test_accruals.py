from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.books.accruals import accrued_interest, is_month_end
from rules.money import ZERO, from_cents

START, END = date(2026, 3, 16), date(2026, 4, 16)
INTEREST = Decimal("31.00")


@pytest.mark.parametrize(
    ("on", "accrued"),
    [
        (date(2026, 3, 15), "0.00"),
        (START, "0.00"),
        (date(2026, 3, 17), "1.00"),
        (date(2026, 3, 31), "15.00"),
        (date(2026, 4, 15), "30.00"),
        (END, "31.00"),
        (date(2026, 5, 31), "31.00"),
    ],
)
def test_a_line_earns_its_interest_by_the_day_until_it_ends(on, accrued):
    assert accrued_interest(INTEREST, ZERO, START, END, on) == Decimal(accrued)


def test_what_was_paid_is_not_accrued_and_what_was_paid_ahead_takes_nothing_away():
    assert accrued_interest(INTEREST, Decimal("4.00"), START, END, date(2026, 3, 31)) == Decimal("11.00")
    assert accrued_interest(INTEREST, INTEREST, START, END, date(2026, 3, 31)) == ZERO


def test_half_a_cent_is_rounded_up():
    assert accrued_interest(Decimal("0.01"), ZERO, START, START + timedelta(days=2), date(2026, 3, 17)) == Decimal(
        "0.01"
    )


def test_a_line_without_a_day_has_earned_all_of_it():
    assert accrued_interest(INTEREST, ZERO, START, START, START) == INTEREST


@given(
    interest=st.integers(0, 10**15).map(from_cents),
    days=st.integers(1, 400),
    passed=st.lists(st.integers(-40, 800), min_size=2, max_size=2),
)
def test_it_never_falls_and_never_exceeds_the_interest(interest, days, passed):
    earlier, later = (
        accrued_interest(interest, ZERO, START, START + timedelta(days=days), START + timedelta(days=number))
        for number in sorted(passed)
    )
    assert ZERO <= earlier <= later <= interest


def test_the_end_of_a_month_is_its_last_day():
    days = [date(2028, 1, 1) + timedelta(days=number) for number in range(366)]
    ends = [day for day in days if is_month_end(day)]
    assert len(ends) == 12
    assert date(2028, 2, 29) in ends
    assert all((day + timedelta(days=1)).day == 1 for day in ends)
