import itertools

import pytest

from rules.documents.papers import PAPER_MOVES, PaperStatus
from rules.documents.requests import REQUEST_MOVES, RequestStatus
from rules.people.access import Role
from rules.states import NotPossibleNow

OPEN, HANDED_IN, ACCEPTED, CANCELLED = RequestStatus
MAKING, READY, FAILED = PaperStatus
STAFF = {Role.OFFICER, Role.MANAGER}
REQUESTS = {
    (OPEN, HANDED_IN): {Role.CUSTOMER},
    (HANDED_IN, ACCEPTED): STAFF,
    (HANDED_IN, OPEN): STAFF,
    (OPEN, CANCELLED): STAFF,
}
PAPERS = {(MAKING, READY): {Role.SYSTEM}, (MAKING, FAILED): {Role.SYSTEM}}


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize(
    ("machine", "table", "current", "to"),
    [
        *((REQUEST_MOVES, REQUESTS, *pair) for pair in itertools.product(RequestStatus, repeat=2)),
        *((PAPER_MOVES, PAPERS, *pair) for pair in itertools.product(PaperStatus, repeat=2)),
    ],
)
def test_they_make_the_moves_of_their_tables_and_no_others(machine, table, current, to, role):
    if role in table.get((current, to), ()):
        machine.check(current, to, role)
    else:
        with pytest.raises(NotPossibleNow):
            machine.check(current, to, role)
