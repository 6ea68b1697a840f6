import itertools
from datetime import UTC, date, datetime

import pytest

from rules.payments.payouts import PayoutDateNotAllowed, check_paid_on, payout_number
from rules.payments.states import PAYOUT_MOVES, PayoutStatus
from rules.people.access import Role
from rules.states import NotPossibleNow

PENDING, RELEASED, SUCCEEDED, FAILED, CANCELLED = PayoutStatus
STAFF = {Role.OFFICER, Role.MANAGER}
ANSWERED = {Role.CUSTOMER, Role.SYSTEM}
TABLE = {
    (PENDING, RELEASED): STAFF,
    (RELEASED, SUCCEEDED): STAFF,
    (RELEASED, FAILED): STAFF,
    (FAILED, RELEASED): STAFF,
    (PENDING, SUCCEEDED): ANSWERED,
    (PENDING, FAILED): ANSWERED | STAFF,
    (FAILED, SUCCEEDED): ANSWERED,
    (PENDING, CANCELLED): STAFF | {Role.CUSTOMER},
}


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize(("current", "to"), list(itertools.product(PayoutStatus, repeat=2)))
def test_a_payout_makes_the_moves_of_the_table_and_no_others(current, to, role):
    if role in TABLE.get((current, to), ()):
        PAYOUT_MOVES.check(current, to, role)
    else:
        with pytest.raises(NotPossibleNow):
            PAYOUT_MOVES.check(current, to, role)


def test_a_payout_ends_with_the_money_sent_or_with_nothing_sent():
    assert PAYOUT_MOVES.final == {SUCCEEDED, CANCELLED}


def test_its_number_is_read_aloud():
    assert payout_number(12, datetime(2026, 3, 16, tzinfo=UTC)) == "P-2026-000012"


def test_it_is_paid_from_its_release_to_today():
    released_on, today = date(2026, 3, 2), date(2026, 3, 4)
    for day in (2, 3, 4):
        check_paid_on(date(2026, 3, day), released_on, today)
    for day in (1, 5):
        with pytest.raises(PayoutDateNotAllowed):
            check_paid_on(date(2026, 3, day), released_on, today)
