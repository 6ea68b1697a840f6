import itertools

import pytest

from rules.loans.states import LOAN_MOVES, LoanStatus
from rules.people.access import Role
from rules.states import NotPossibleNow

PENDING, ACTIVE, CLOSED, CANCELLED, WRITTEN_OFF = LoanStatus
STAFF = {Role.OFFICER, Role.MANAGER}
PAYING = STAFF | {Role.CUSTOMER, Role.SYSTEM}
TABLE = {
    (PENDING, ACTIVE): PAYING,
    (PENDING, CANCELLED): STAFF | {Role.CUSTOMER},
    (ACTIVE, CLOSED): PAYING,
    (ACTIVE, WRITTEN_OFF): {Role.MANAGER},
    (ACTIVE, CANCELLED): PAYING,
    (WRITTEN_OFF, CLOSED): PAYING,
    (WRITTEN_OFF, CANCELLED): PAYING,
    (CANCELLED, ACTIVE): PAYING,
    (CANCELLED, WRITTEN_OFF): PAYING,
    (CLOSED, ACTIVE): PAYING,
    (CLOSED, WRITTEN_OFF): PAYING,
}


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize(("current", "to"), list(itertools.product(LoanStatus, repeat=2)))
def test_a_loan_makes_the_moves_of_the_table_and_no_others(current, to, role):
    if role in TABLE.get((current, to), ()):
        LOAN_MOVES.check(current, to, role)
    else:
        with pytest.raises(NotPossibleNow):
            LOAN_MOVES.check(current, to, role)


def test_every_state_can_be_reached_from_the_signature():
    reached = {LOAN_MOVES.initial}
    while more := {move.to for move in LOAN_MOVES.moves if move.from_ in reached} - reached:
        reached |= more
    assert LOAN_MOVES.initial is PENDING
    assert reached == set(LoanStatus)


def test_a_closed_or_undone_loan_opens_again_only_by_a_reversal_or_money_that_was_on_its_way():
    assert {move.event for move in LOAN_MOVES.moves if move.from_ in (CLOSED, CANCELLED)} == {
        "reverse a payment, or pay more out",
        "reverse a recovery, or refund what is not there any more",
        "reverse a withdrawal, or refund what is not there any more",
        "the same once written off",
    }
