from datetime import date
from decimal import Decimal

import pytest

from rules.loans.repayments import (
    AmountNotAllowed,
    CurrencyMismatch,
    DateNotAllowed,
    Overpayment,
    ReversalDateNotAllowed,
    check_offered,
    check_received_on,
    check_reversed_on,
)
from rules.money import Money

OWED = Money(Decimal("110.00"), "CNY")


@pytest.mark.parametrize("amount", ["0.01", "110", "110.00", "110.000"])
def test_up_to_the_whole_debt_may_be_paid(amount):
    check_offered(Decimal(amount), "CNY", OWED)


@pytest.mark.parametrize("amount", ["0", "-0.01", "1.005", "NaN", "sNaN", "Infinity", "-Infinity"])
def test_no_other_amounts_than_positive_whole_cents_may_be_paid(amount):
    with pytest.raises(AmountNotAllowed):
        check_offered(Decimal(amount), "CNY", OWED)


@pytest.mark.parametrize("amount", ["110.01", "1E+18"])
def test_more_than_the_debt_is_refused_with_the_debt(amount):
    with pytest.raises(Overpayment) as refused:
        check_offered(Decimal(amount), "CNY", OWED)
    assert refused.value.maximum == OWED


def test_another_currency_is_refused_with_the_right_one():
    with pytest.raises(CurrencyMismatch) as refused:
        check_offered(Decimal(100), "USD", OWED)
    assert refused.value.expected == "CNY"


def test_money_is_recorded_from_the_payout_to_today():
    opened_on, today = date(2026, 3, 1), date(2026, 3, 16)
    for received_on in (opened_on, date(2026, 3, 8), today):
        check_received_on(received_on, opened_on, today)
    for received_on in (date(2026, 2, 28), date(2026, 3, 17)):
        with pytest.raises(DateNotAllowed) as refused:
            check_received_on(received_on, opened_on, today)
        assert (refused.value.earliest, refused.value.latest) == (opened_on, today)


def test_a_payment_is_reversed_from_its_own_day_to_today():
    paid_on, today = date(2026, 3, 1), date(2026, 3, 16)
    for reversed_on in (paid_on, today):
        check_reversed_on(reversed_on, paid_on, today)
    for reversed_on in (date(2026, 2, 28), date(2026, 3, 17)):
        with pytest.raises(ReversalDateNotAllowed) as refused:
            check_reversed_on(reversed_on, paid_on, today)
        assert (refused.value.earliest, refused.value.latest) == (paid_on, today)
