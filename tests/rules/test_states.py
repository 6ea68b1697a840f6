import importlib
import pkgutil
from enum import StrEnum
from pathlib import Path

import pytest

import rules
from rules.applications.parties import INVITATION_MOVES
from rules.applications.states import APPLICATION_MOVES
from rules.books.suspense import SUSPENSE_MOVES
from rules.documents.papers import PAPER_MOVES
from rules.documents.requests import REQUEST_MOVES
from rules.loans.changes import CHANGE_MOVES
from rules.loans.hardships import HARDSHIP_MOVES
from rules.loans.promises import PROMISE_MOVES
from rules.loans.states import LOAN_MOVES
from rules.loyalty.callbacks import CALLBACK_MOVES
from rules.loyalty.customer_events import CUSTOMER_EVENT_MOVES
from rules.loyalty.redemptions import REDEMPTION_MOVES
from rules.loyalty.referrals import REFERRAL_MOVES
from rules.loyalty.registrations import REGISTRATION_MOVES
from rules.loyalty.vouchers import VOUCHER_MOVES
from rules.notifications.promotions import PROMOTION_MOVES
from rules.payments.states import PAYOUT_MOVES
from rules.people.access import ADMINS, CUSTOMERS, Role
from rules.products.states import PROPOSAL_MOVES
from rules.service.articles import ARTICLE_MOVES
from rules.service.cases import CASE_MOVES
from rules.service.feedback import FEEDBACK_MOVES
from rules.service.improvements import IMPROVEMENT_MOVES
from rules.service.survey_follow_ups import SURVEY_FOLLOW_UP_MOVES
from rules.service.survey_invitations import SURVEY_INVITATION_MOVES
from rules.states import Move, NotPossibleNow, StateMachine


class Door(StrEnum):
    SHUT = "SHUT"
    OPEN = "OPEN"
    GONE = "GONE"


OPENING = Move(Door.SHUT, Door.OPEN, CUSTOMERS, "open")
REMOVING = Move(Door.OPEN, Door.GONE, CUSTOMERS | ADMINS, "remove")
DOOR_MOVES = StateMachine(Door.SHUT, (OPENING, REMOVING))


def test_a_move_in_the_table_passes():
    DOOR_MOVES.check(Door.SHUT, Door.OPEN, Role.CUSTOMER)


@pytest.mark.parametrize(
    ("current", "to", "role"),
    [
        (Door.OPEN, Door.SHUT, Role.CUSTOMER),
        (Door.SHUT, Door.SHUT, Role.CUSTOMER),
        (Door.GONE, Door.OPEN, Role.CUSTOMER),
        (Door.SHUT, Door.OPEN, Role.ADMIN),
    ],
)
def test_any_other_move_is_refused_and_tells_the_state(current, to, role):
    with pytest.raises(NotPossibleNow) as refused:
        DOOR_MOVES.check(current, to, role)
    assert refused.value.current == current.value


def test_what_nothing_leaves_is_final():
    assert DOOR_MOVES.final == {Door.GONE}


def test_a_move_stands_in_the_table_once_and_somebody_makes_it():
    with pytest.raises(AssertionError, match="twice"):
        StateMachine(Door.SHUT, (OPENING, Move(Door.SHUT, Door.OPEN, ADMINS, "break")))
    with pytest.raises(AssertionError, match="nobody"):
        StateMachine(Door.SHUT, (Move(Door.SHUT, Door.OPEN, frozenset(), "open"),))


def test_a_machine_draws_itself():
    assert DOOR_MOVES.as_mermaid() == (
        "stateDiagram-v2\n"
        "    [*] --> SHUT\n"
        "    SHUT --> OPEN: open (CUSTOMER)\n"
        "    OPEN --> GONE: remove (ADMIN, CUSTOMER)\n"
        "    GONE --> [*]\n"
    )


MACHINES = {
    "applications": APPLICATION_MOVES,
    "loans": LOAN_MOVES,
    "payouts": PAYOUT_MOVES,
    "changes": CHANGE_MOVES,
    "suspense": SUSPENSE_MOVES,
    "proposals": PROPOSAL_MOVES,
    "invitations": INVITATION_MOVES,
    "papers asked for": REQUEST_MOVES,
    "papers made": PAPER_MOVES,
    "promises": PROMISE_MOVES,
    "requests for help": HARDSHIP_MOVES,
    "promotions": PROMOTION_MOVES,
    "callbacks": CALLBACK_MOVES,
    "events": CUSTOMER_EVENT_MOVES,
    "registrations": REGISTRATION_MOVES,
    "referrals": REFERRAL_MOVES,
    "redemptions": REDEMPTION_MOVES,
    "vouchers": VOUCHER_MOVES,
    "cases": CASE_MOVES,
    "feedback": FEEDBACK_MOVES,
    "invitations to surveys": SURVEY_INVITATION_MOVES,
    "follow-ups of surveys": SURVEY_FOLLOW_UP_MOVES,
    "articles": ARTICLE_MOVES,
    "improvement actions": IMPROVEMENT_MOVES,
}


def test_every_table_of_moves_is_drawn():
    modules = [info.name for info in pkgutil.walk_packages(rules.__path__, "rules.")]
    found = {
        id(value)
        for name in modules
        for value in vars(importlib.import_module(name)).values()
        if isinstance(value, StateMachine)
    }
    assert found == {id(machine) for machine in MACHINES.values()}


@pytest.mark.parametrize("machine", MACHINES.values(), ids=MACHINES)
def test_the_diagrams_in_the_docs_are_those_of_the_tables(machine):
    page = (Path(__file__).parents[2] / "docs" / "states.md").read_text("utf-8")
    diagram = f"```mermaid\n{machine.as_mermaid()}```"
    assert diagram in page, f"put this into docs/states.md:\n{diagram}"
