from datetime import date

import pytest

from rules.books.trial_balances import DayNotInBooks, check_in_books

FIRST, LAST = date(2026, 3, 1), date(2026, 3, 16)


@pytest.mark.parametrize("on", [FIRST, date(2026, 3, 10), LAST])
def test_the_days_of_the_books_pass(on):
    check_in_books(on, FIRST, LAST)


@pytest.mark.parametrize("on", [date(2026, 2, 28), date(2026, 3, 17), date.min, date.max])
def test_no_other_day_does(on):
    with pytest.raises(DayNotInBooks) as refused:
        check_in_books(on, FIRST, LAST)
    assert (refused.value.earliest, refused.value.latest) == (FIRST, LAST)
