import asyncio
from datetime import date, timedelta
from decimal import Decimal

import pytest

from jobs.verify import verify
from models import Entry, Installment, Loan, LoanChange, LoanEvent, OutboxEvent, Posting, Staff, Viewer
from models.database.statements import counted
from resolvers.loans.agreements import (
    accept_change,
    approve_change,
    change_offers,
    decline_change,
    propose_change,
    refuse_change,
)
from resolvers.loans.loan_positions import loan_position, loan_schedules
from resolvers.loans.repayments import record_repayment
from rules.errors import KeyReused, NotFound
from rules.loans.changes import AlreadyProposed, ChangeKind, ChangeNotAllowed, ChangeStatus, PlanTooLong
from rules.loans.events import LoanEventKind
from rules.loans.states import LoanStatus
from rules.people.access import PartyRole
from rules.people.staff import OwnAffairs, SamePerson
from rules.states import NotPossibleNow
from tests import make
from tests.resolvers.loans.test_repayments import borrower, cash, loan, officer, yuan  # noqa: F401

KINDS = {
    ChangeKind.EXTENSION: {"periods": 3},
    ChangeKind.HOLIDAY: {"periods": 1},
    ChangeKind.CAPITALISATION: {},
    ChangeKind.DUE_DAY: {"due_day": 25},
    ChangeKind.DISCOUNT: {"annual_rate": Decimal("0.05")},
}


@pytest.fixture
async def manager(loan) -> Viewer:  # noqa: F811
    return await make.manager_of(loan.customer_id)


async def offered(loan, officer, manager, kind=ChangeKind.EXTENSION, **terms: object) -> LoanChange:  # noqa: F811
    proposed = await propose_change(
        officer, loan_id=loan.id, kind=kind, reason="Lost his job.", **(terms or KINDS[kind])
    )
    return await approve_change(manager, change_id=proposed.id)


async def schedule(loan: Loan) -> list[tuple[int, date, Decimal, Decimal]]:  # noqa: F811
    rows = await Installment.filter(loan_id=loan.id).order_by("number")
    return [(row.number, row.due_on, row.principal, row.interest) for row in rows]


@pytest.mark.parametrize("kind", KINDS)
async def test_a_change_holds_once_the_customer_accepts_what_he_was_shown(loan, borrower, officer, manager, kind):  # noqa: F811
    await make.pass_until(date(2026, 4, 20))
    before = await schedule(loan)
    await offered(loan, officer, manager, kind)
    assert await schedule(loan) == before
    (shown,) = (await change_offers(borrower, loan_id=loan.id)).offers
    accepted = await accept_change(borrower, loan_id=loan.id, kind=kind, key="yes")
    after = await schedule(loan)
    assert after != before
    lines = [(line.number, line.due_on, line.principal, line.interest) for line in shown.position.lines]
    assert after == lines
    change = await LoanChange.get(loan_id=loan.id)
    assert (change.status, change.answered_at) == (ChangeStatus.ACCEPTED, make.clock.now())
    assert (await LoanEvent.get(change_id=change.id)).value_on == date(2026, 4, 20)
    assert accepted.status is LoanStatus.ACTIVE
    assert (await change_offers(borrower, loan_id=loan.id)).offers == ()
    told = [event.kind for event in await OutboxEvent.filter(customer_id=loan.customer_id).order_by("id")]
    assert told[-2:] == ["LoanChangeOffered", "LoanChanged"]
    assert await verify() == []


async def test_capitalised_interest_is_booked_and_owed(loan, borrower, officer, manager):  # noqa: F811
    await make.pass_until(date(2026, 4, 20))
    change = await offered(loan, officer, manager, ChangeKind.CAPITALISATION)
    now = await accept_change(borrower, loan_id=loan.id, kind=ChangeKind.CAPITALISATION, key="yes")
    entry = await Entry.get(source=f"LoanChange:{change.id}")
    added = now.principal - Decimal("1000.00")
    postings = await Posting.filter(entry_id=entry.id).select_related("account")
    assert {posting.account.code: posting.amount for posting in postings} == {
        "LOANS_RECEIVABLE": added,
        "INTEREST_INCOME": -added,
    }
    assert (now.outstanding, now.days_past_due) == (now.principal, 0)


async def test_the_customer_may_not_want_it(loan, borrower, officer, manager):  # noqa: F811
    before = await schedule(loan)
    await offered(loan, officer, manager)
    await refuse_change(borrower, loan_id=loan.id, kind=ChangeKind.EXTENSION)
    with pytest.raises(NotFound):
        await accept_change(borrower, loan_id=loan.id, kind=ChangeKind.EXTENSION, key="yes")
    assert await schedule(loan) == before
    assert (await LoanChange.get()).status is ChangeStatus.REFUSED


async def test_an_offer_lapses_after_its_last_day(loan, borrower, officer, manager):  # noqa: F811
    change = await offered(loan, officer, manager)
    await make.pass_until(change.acceptable_until + timedelta(days=1))
    before = await make.everything()
    with pytest.raises(NotFound):
        await accept_change(borrower, loan_id=loan.id, kind=ChangeKind.EXTENSION, key="yes")
    assert await make.everything() == before


async def test_two_taps_accept_once(loan, borrower, officer, manager):  # noqa: F811
    await offered(loan, officer, manager)
    taps = [accept_change(borrower, loan_id=loan.id, kind=ChangeKind.EXTENSION, key="yes") for _ in range(5)]
    answers = await asyncio.gather(*taps)
    assert {answer.id for answer in answers} == {loan.id}
    assert await LoanEvent.filter(loan_id=loan.id).count() == 1
    with pytest.raises(KeyReused):
        await accept_change(borrower, loan_id=loan.id, kind=ChangeKind.HOLIDAY, key="yes")


async def test_what_was_paid_meanwhile_can_leave_nothing_to_change(loan, borrower, officer, manager):  # noqa: F811
    await offered(loan, officer, manager)
    await record_repayment(officer, **cash(loan, amount=yuan("1024.26")))
    assert (await change_offers(borrower, loan_id=loan.id)).offers == ()
    before = await make.everything()
    with pytest.raises(NotPossibleNow):
        await accept_change(borrower, loan_id=loan.id, kind=ChangeKind.EXTENSION, key="yes")
    assert await make.everything() == before


async def test_an_offer_that_can_no_longer_be_made_is_not_shown(loan, borrower, officer, manager):  # noqa: F811
    await offered(loan, officer, manager, ChangeKind.DISCOUNT)
    await offered(loan, officer, manager, ChangeKind.EXTENSION)
    async with make.unit():
        await LoanEvent.create(
            loan_id=loan.id,
            customer_id=loan.customer_id,
            currency="CNY",
            kind=LoanEventKind.RATE_CHANGE,
            value_on=make.TODAY,
            annual_rate=Decimal("0.01"),
        )
    shown = (await change_offers(borrower, loan_id=loan.id)).offers
    assert [offer.kind for offer in shown] == [ChangeKind.EXTENSION], "the rate is lower already"


async def test_a_payment_of_the_time_before_that_settles_the_loan_leaves_the_change_without_effect(
    loan,  # noqa: F811
    borrower,  # noqa: F811
    officer,  # noqa: F811
    manager,
):
    await make.pass_until(date(2026, 4, 20))
    await offered(loan, officer, manager)
    await accept_change(borrower, loan_id=loan.id, kind=ChangeKind.EXTENSION, key="yes")
    paid = await record_repayment(officer, **cash(loan, amount=yuan("1024.26"), received_on=date(2026, 3, 20)))
    assert (paid.loan.status, paid.loan.outstanding) == (LoanStatus.CLOSED, 0)
    assert await verify() == []


@pytest.mark.parametrize(
    ("kind", "terms"),
    [
        (ChangeKind.EXTENSION, {}),
        (ChangeKind.EXTENSION, {"periods": 0}),
        (ChangeKind.HOLIDAY, {"periods": 2, "annual_rate": Decimal(0), "due_day": 31}),
        (ChangeKind.CAPITALISATION, {"due_day": 1}),
        (ChangeKind.DUE_DAY, {"due_day": 0}),
        (ChangeKind.DUE_DAY, {"due_day": 32}),
        (ChangeKind.DISCOUNT, {}),
        (ChangeKind.DISCOUNT, {"annual_rate": Decimal("0.1450")}),
        (ChangeKind.DISCOUNT, {"annual_rate": Decimal("-0.01")}),
        (ChangeKind.WRITE_OFF, {}),
    ],
)
async def test_what_cannot_be_agreed_is_not_proposed(loan, officer, kind, terms):  # noqa: F811
    before = await make.everything()
    with pytest.raises(ChangeNotAllowed):
        await propose_change(officer, loan_id=loan.id, kind=kind, reason="Why.", **terms)
    assert await make.everything() == before


async def test_no_more_is_put_off_in_all_than_helps_and_one_change_of_a_kind_waits_at_a_time(
    loan,  # noqa: F811
    borrower,  # noqa: F811
    officer,  # noqa: F811
    manager,
):
    asked = {"loan_id": loan.id, "kind": ChangeKind.HOLIDAY, "reason": "Why."}
    with pytest.raises(PlanTooLong) as refused:
        await propose_change(officer, periods=13, **asked)
    assert refused.value.maximum == 12
    first = await propose_change(officer, periods=9, **asked)
    await approve_change(manager, change_id=first.id)
    before = await make.everything()
    with pytest.raises(AlreadyProposed):
        await propose_change(officer, periods=1, **asked)
    assert await make.everything() == before
    await accept_change(borrower, loan_id=loan.id, kind=ChangeKind.HOLIDAY, key="first")
    with pytest.raises(PlanTooLong) as refused:
        await propose_change(officer, periods=4, **asked)
    assert refused.value.maximum == 3
    await propose_change(officer, periods=3, **asked)


async def test_by_two_and_never_ones_own(loan, officer, manager):  # noqa: F811
    asked = {"loan_id": loan.id, "kind": ChangeKind.EXTENSION, "periods": 3, "reason": "Why."}
    own = await propose_change(manager, **asked)
    before = await make.everything()
    with pytest.raises(SamePerson):
        await approve_change(manager, change_id=own.id)
    with pytest.raises(AlreadyProposed):
        await propose_change(officer, **asked)
    assert await make.everything() == before
    await Staff.filter(id=officer.staff_id).update(customer_id=loan.customer_id)
    with pytest.raises(OwnAffairs):
        await propose_change(officer, **(asked | {"kind": ChangeKind.HOLIDAY}))
    far = await make.manager_of((await make.customer(branch=await make.branch())).id)
    with pytest.raises(NotFound):
        await approve_change(far, change_id=own.id)
    other = await make.manager_of(loan.customer_id)
    await decline_change(other, change_id=own.id)
    with pytest.raises(NotPossibleNow):
        await approve_change(other, change_id=own.id)


async def test_a_guarantor_neither_sees_nor_accepts_it_and_a_co_borrower_does(loan, officer, manager):  # noqa: F811
    guarantor, partner = await make.customer(), await make.customer()
    await make.party(loan, guarantor, PartyRole.GUARANTOR)
    await make.party(loan, partner, PartyRole.CO_BORROWER)
    await offered(loan, officer, manager)
    asked = {"loan_id": loan.id, "kind": ChangeKind.EXTENSION}
    for answer in (
        change_offers(make.viewer(guarantor), loan_id=loan.id),
        accept_change(await make.signed_in(guarantor), **asked, key="yes"),
        refuse_change(await make.signed_in(guarantor), **asked),
    ):
        with pytest.raises(NotFound):
            await answer
    accepted = await accept_change(await make.signed_in(partner), **asked, key="yes")
    assert accepted.id == loan.id


async def test_former_schedules_stay_readable_by_version(loan, borrower, officer, manager):  # noqa: F811
    await make.pass_until(date(2026, 4, 20))
    for kind in (ChangeKind.EXTENSION, ChangeKind.DUE_DAY):
        shown = [(line.number, line.due_on) for line in (await loan_position(borrower, loan_id=loan.id)).lines]
        await offered(loan, officer, manager, kind)
        await accept_change(borrower, loan_id=loan.id, kind=kind, key=kind)
        with counted() as statements:
            versions = (await loan_schedules(borrower, loan_id=loan.id)).versions
        assert len(statements) == 2
        assert [(line.number, line.due_on) for line in versions[-2].lines] == shown
    assert [(each.number, each.kind, each.held_until) for each in versions] == [
        (1, None, date(2026, 4, 20)),
        (2, LoanEventKind.EXTENSION, date(2026, 4, 20)),
        (3, LoanEventKind.DUE_DAY, None),
    ]
    now = [(line.number, line.due_on) for line in (await loan_position(borrower, loan_id=loan.id)).lines]
    assert [(line.number, line.due_on) for line in versions[-1].lines] == now


async def test_penalty_interest_is_waived_at_once_and_runs_again_from_then(db):
    product = await make.product(annual_rate=Decimal("0.1450"), fees=[], penalty_multiplier=Decimal("1.5"))
    late = await make.loan(term=3, product=product)
    recorder, decider = await make.officer_of(late.customer_id), await make.manager_of(late.customer_id)
    asked = {"loan_id": late.id, "kind": ChangeKind.WAIVER, "reason": "The app was down that week."}
    with pytest.raises(ChangeNotAllowed):
        await propose_change(recorder, **asked)
    await make.pass_until(date(2026, 4, 26))
    payer = await make.viewer_of(late.customer_id)
    before = (await loan_position(payer, loan_id=late.id)).due
    change = await approve_change(decider, change_id=(await propose_change(recorder, **asked)).id)
    assert (change.status, change.acceptable_until) == (ChangeStatus.APPROVED, None)
    after = (await loan_position(payer, loan_id=late.id)).due
    assert before.penalty > after.penalty == 0
    assert (after.interest, after.principal) == (before.interest, before.principal)
    with pytest.raises(NotFound):
        await accept_change(payer, loan_id=late.id, kind=ChangeKind.WAIVER, key="yes")
    await make.pass_until(date(2026, 4, 27))
    assert 0 < (await loan_position(payer, loan_id=late.id)).due.penalty < before.penalty
    assert await verify() == []
