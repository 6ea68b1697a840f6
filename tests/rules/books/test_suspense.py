from datetime import date
from decimal import Decimal

import pytest

from rules.books.suspense import ReceivedOnNotAllowed, check_received, value_day
from rules.loans.repayments import AmountNotAllowed

TODAY = date(2026, 3, 16)


@pytest.mark.parametrize("amount", ["0", "-1", "0.001", "10000000000000.00", "NaN", "Infinity"])
def test_what_is_no_amount_is_not_taken(amount):
    with pytest.raises(AmountNotAllowed):
        check_received(Decimal(amount), TODAY, TODAY)


@pytest.mark.parametrize("received_on", [date(2025, 3, 14), date(2026, 3, 17), date.min, date.max])
def test_a_day_too_long_ago_or_to_come_is_not_taken(received_on):
    with pytest.raises(ReceivedOnNotAllowed) as refused:
        check_received(Decimal(1), received_on, TODAY)
    assert (refused.value.earliest, refused.value.latest) == (date(2025, 3, 15), TODAY)


@pytest.mark.parametrize("received_on", [date(2025, 3, 15), TODAY])
def test_a_day_of_the_last_year_is_taken(received_on):
    check_received(Decimal("0.01"), received_on, TODAY)


def test_money_counts_from_its_receipt_but_not_before_the_payout():
    assert value_day(date(2026, 3, 1), TODAY) == TODAY
    assert value_day(date(2026, 3, 20), TODAY) == date(2026, 3, 20)
