import itertools

import pytest

from rules.applications.states import APPLICATION_MOVES, ApplicationStatus
from rules.people.access import Role
from rules.states import NotPossibleNow

D, S, R, BACK, A, NO, O, YES, LATE, GONE = ApplicationStatus  # noqa: E741
STAFF = {Role.OFFICER, Role.MANAGER}
DECIDING = STAFF | {Role.SYSTEM}
TABLE = {
    (D, S): {Role.CUSTOMER},
    (S, R): DECIDING,
    (R, BACK): STAFF,
    (BACK, S): {Role.CUSTOMER},
    (R, A): DECIDING,
    (R, NO): DECIDING,
    (NO, S): {Role.CUSTOMER},
    (A, O): DECIDING,
    (O, O): STAFF,
    (O, YES): {Role.CUSTOMER},
    (O, LATE): {Role.SYSTEM},
    (YES, LATE): {Role.SYSTEM},
    **{(before, GONE): {Role.CUSTOMER} for before in (D, S, R, BACK, A, O)},
}


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize(("current", "to"), list(itertools.product(ApplicationStatus, repeat=2)))
def test_an_application_makes_the_moves_of_the_table_and_no_others(current, to, role):
    if role in TABLE.get((current, to), ()):
        APPLICATION_MOVES.check(current, to, role)
    else:
        with pytest.raises(NotPossibleNow):
            APPLICATION_MOVES.check(current, to, role)


def test_every_state_can_be_reached_from_the_draft():
    reached = {APPLICATION_MOVES.initial}
    while more := {move.to for move in APPLICATION_MOVES.moves if move.from_ in reached} - reached:
        reached |= more
    assert APPLICATION_MOVES.initial is D
    assert reached == set(ApplicationStatus)


def test_the_ends_are_expired_and_withdrawn():
    assert APPLICATION_MOVES.final == {LATE, GONE}


def test_only_the_customer_withdraws_and_only_before_he_accepted():
    assert {move.from_ for move in APPLICATION_MOVES.moves if move.to is GONE} == set(ApplicationStatus) - {
        YES,
        NO,
        *APPLICATION_MOVES.final,
    }


def test_the_usual_story_passes():
    story = [(S, Role.CUSTOMER), (R, Role.OFFICER), (A, Role.MANAGER), (O, Role.MANAGER), (YES, Role.CUSTOMER)]
    current = D
    for to, role in story:
        APPLICATION_MOVES.check(current, to, role)
        current = to
