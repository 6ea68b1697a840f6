import itertools

import pytest

from rules.applications.parties import INVITATION_MOVES, InvitationStatus, TooManyParties, check_parties
from rules.people.access import Role
from rules.states import NotPossibleNow

INVITED, ACCEPTED, DECLINED, CANCELLED = InvitationStatus
MOVES = {(INVITED, ACCEPTED), (INVITED, DECLINED), (INVITED, CANCELLED), (ACCEPTED, CANCELLED)}


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize(("current", "to"), list(itertools.product(InvitationStatus, repeat=2)))
def test_an_invitation_makes_the_moves_of_its_table_and_no_others(current, to, role):
    if (current, to) in MOVES and role is Role.CUSTOMER:
        INVITATION_MOVES.check(current, to, role)
    else:
        with pytest.raises(NotPossibleNow):
            INVITATION_MOVES.check(current, to, role)


def test_four_take_part_at_most():
    check_parties(3)
    with pytest.raises(TooManyParties) as refused:
        check_parties(4)
    assert refused.value.maximum == 4
