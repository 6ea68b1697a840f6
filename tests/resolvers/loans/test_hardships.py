import asyncio
from datetime import date, timedelta

import pytest

from jobs.verify import verify
from models import HardshipRequest, Loan, LoanChange, OutboxEvent, Viewer
from resolvers.loans.agreements import accept_change, approve_change, decline_change, refuse_change
from resolvers.loans.hardships import ask_for_help, decline_help, help_options, propose_plan, withdraw_help
from rules.errors import NotFound
from rules.loans.changes import ChangeKind, ChangeNotAllowed, ChangeStatus, PlanTooLong
from rules.loans.hardships import AlreadyAsked, HardshipStatus, Situation
from rules.people.access import PartyRole
from rules.people.kinds import Locale
from rules.people.staff import OwnAffairs
from rules.states import NotPossibleNow
from tests import make
from tests.resolvers.loans.test_agreements import manager  # noqa: F401
from tests.resolvers.loans.test_repayments import borrower, loan, officer  # noqa: F401

LATE = date(2026, 4, 20)
PLAN = {"kind": ChangeKind.HOLIDAY, "periods": 2, "reason": "He is ill until June."}


@pytest.fixture
async def late(loan) -> Loan:  # noqa: F811
    await make.pass_until(LATE)
    return await Loan.get(id=loan.id)


async def asked(borrower: Viewer, late: Loan) -> HardshipRequest:  # noqa: F811
    return await ask_for_help(borrower, loan_id=late.id, situation=Situation.ILLNESS, words="My leg is broken.")


async def test_the_help_there_is_shows_what_the_loan_would_be_like(late, borrower):  # noqa: F811
    shown = await help_options(borrower, loan_id=late.id)
    assert [(each.kind, each.periods) for each in shown.options] == [
        (ChangeKind.HOLIDAY, 1),
        (ChangeKind.HOLIDAY, 2),
        (ChangeKind.HOLIDAY, 3),
        (ChangeKind.EXTENSION, 3),
        (ChangeKind.EXTENSION, 6),
        (ChangeKind.EXTENSION, 12),
        (ChangeKind.CAPITALISATION, None),
    ]
    three, twelve = shown.options[3], shown.options[5]
    assert three.next_installment.amount > twelve.next_installment.amount > 0
    assert three.last_due_on < twelve.last_due_on
    english = await help_options(borrower.speaking(Locale.EN), loan_id=late.id)
    assert (english.words != shown.words, english.options) == (True, shown.options)
    stranger = await make.viewer_of((await make.customer()).id)
    with pytest.raises(NotFound):
        await help_options(stranger, loan_id=late.id)


async def test_a_request_leads_to_a_plan_that_is_agreed(late, borrower, officer, manager):  # noqa: F811
    request = await asked(borrower, late)
    assert (request.status, request.words, request.wants_call) == (HardshipStatus.OPEN, "My leg is broken.", False)
    assert await OutboxEvent.filter(kind="HelpAsked", customer_id=late.customer_id).count() == 1
    planned = await propose_plan(officer, request_id=request.id, **PLAN)
    change = await LoanChange.get()
    assert (planned.status, planned.change_id, change.periods) == (HardshipStatus.PLAN_PROPOSED, change.id, 2)
    await approve_change(manager, change_id=change.id)
    await accept_change(borrower, loan_id=late.id, kind=ChangeKind.HOLIDAY, key="yes")
    assert (await HardshipRequest.get()).status is HardshipStatus.AGREED
    assert await verify() == []
    await asked(borrower, late)


@pytest.mark.parametrize("how", ["declined", "refused", "too late"])
async def test_where_a_plan_comes_to_nothing_another_is_looked_for(late, borrower, officer, manager, how):  # noqa: F811
    request = await asked(borrower, late)
    await propose_plan(officer, request_id=request.id, **PLAN)
    change = await LoanChange.get()
    if how == "declined":
        await decline_change(manager, change_id=change.id)
    else:
        await approve_change(manager, change_id=change.id)
    if how == "refused":
        await refuse_change(borrower, loan_id=late.id, kind=ChangeKind.HOLIDAY)
    if how == "too late":
        await make.pass_until(LATE + timedelta(days=30))
        assert (await HardshipRequest.get()).status is HardshipStatus.PLAN_PROPOSED
        await make.pass_until(LATE + timedelta(days=31))
    assert (await HardshipRequest.get()).status is HardshipStatus.OPEN
    await propose_plan(officer, request_id=request.id, kind=ChangeKind.EXTENSION, periods=6, reason="Longer.")
    assert (await HardshipRequest.get()).change_id != change.id


async def test_a_plan_that_cannot_be_is_refused_and_nothing_changes(late, borrower, officer):  # noqa: F811
    request = await asked(borrower, late)
    himself = await make.officer_of(late.customer_id, customer_id=late.customer_id)
    elsewhere = await make.signed_in(await make.staff(branches=[await make.branch()]))
    before = await make.everything()
    for refusal, viewer, changes in (
        (ChangeNotAllowed, officer, {"periods": None}),
        (PlanTooLong, officer, {"kind": ChangeKind.EXTENSION, "periods": 61}),
        (PlanTooLong, officer, {"periods": 13}),
        (OwnAffairs, himself, {}),
        (NotFound, elsewhere, {}),
    ):
        with pytest.raises(refusal):
            await propose_plan(viewer, request_id=request.id, **PLAN | changes)
    assert await make.everything() == before


async def test_there_may_be_no_way_and_the_answer_says_why(late, borrower, officer):  # noqa: F811
    request = await asked(borrower, late)
    himself = await make.officer_of(late.customer_id, customer_id=late.customer_id)
    with pytest.raises(OwnAffairs):
        await decline_help(himself, request_id=request.id, answer="No.")
    declined = await decline_help(officer, request_id=request.id, answer="The loan ends next month.")
    assert (declined.status, declined.answer, declined.answered_by_id) == (
        HardshipStatus.DECLINED,
        "The loan ends next month.",
        officer.staff_id,
    )
    assert await OutboxEvent.filter(kind="HelpDeclined", customer_id=late.customer_id).count() == 1
    for late_answer in (
        decline_help(officer, request_id=request.id, answer="No."),
        propose_plan(officer, request_id=request.id, **PLAN),
        withdraw_help(borrower, request_id=request.id),
    ):
        with pytest.raises(NotPossibleNow):
            await late_answer


async def test_only_who_pays_asks_and_once_at_a_time(late, borrower, officer):  # noqa: F811
    friend = await make.customer()
    await make.party(late, friend, PartyRole.GUARANTOR)
    guarantor, stranger = await make.viewer_of(friend.id), await make.viewer_of((await make.customer()).id)
    before = await make.everything()
    for viewer in (guarantor, stranger, officer):
        with pytest.raises(NotFound):
            await asked(viewer, late)
    assert await make.everything() == before
    answers = await asyncio.gather(*(asked(borrower, late) for _ in range(3)), return_exceptions=True)
    assert sorted(type(each).__name__ for each in answers) == ["AlreadyAsked", "AlreadyAsked", "HardshipRequest"]
    assert isinstance(next(each for each in answers if isinstance(each, Exception)), AlreadyAsked)
    request = await HardshipRequest.get()
    with pytest.raises(NotFound):
        await withdraw_help(guarantor, request_id=request.id)
    assert (await withdraw_help(borrower, request_id=request.id)).status is HardshipStatus.WITHDRAWN
    await asked(borrower, late)
    assert await LoanChange.filter(status=ChangeStatus.PROPOSED).count() == 0
