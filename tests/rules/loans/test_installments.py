from datetime import date

import pytest

from rules.loans.installments import days_until, installment_status
from rules.loans.states import InstallmentStatus

TODAY = date(2026, 3, 16)


@pytest.mark.parametrize(
    ("due_on", "status"),
    [
        (date(2026, 3, 17), InstallmentStatus.UPCOMING),
        (TODAY, InstallmentStatus.DUE),
        (date(2026, 3, 15), InstallmentStatus.OVERDUE),
    ],
)
def test_an_open_installment_stands_by_its_due_day(due_on, status):
    assert installment_status(due_on, True, TODAY) is status


@pytest.mark.parametrize("due_on", [date(2026, 3, 17), TODAY, date(2026, 3, 15)])
def test_a_closed_installment_is_paid_whenever_it_was_due(due_on):
    assert installment_status(due_on, False, TODAY) is InstallmentStatus.PAID


def test_days_count_down_to_zero_and_below():
    assert [days_until(date(2026, 3, day), TODAY) for day in (18, 16, 14)] == [2, 0, -2]
