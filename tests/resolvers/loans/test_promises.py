import asyncio
from datetime import date, timedelta
from decimal import Decimal

import pytest

from models import Loan, PromiseToPay, Repayment
from resolvers.loans.promises import cancel_promise, record_promise, settle_promises
from resolvers.loans.repayments import record_repayment
from rules.errors import NotFound
from rules.loans.promises import PromiseAmountNotAllowed, PromiseDateNotAllowed, PromiseRuns, PromiseStatus
from rules.loans.repayments import CurrencyMismatch
from rules.money import Money
from rules.people.access import PartyRole
from rules.people.staff import OwnAffairs
from rules.states import NotPossibleNow
from tests import make
from tests.resolvers.loans.test_repayments import borrower, cash, loan, officer, yuan  # noqa: F401

LATE = date(2026, 4, 20)


@pytest.fixture
async def late(loan) -> Loan:  # noqa: F811
    await make.pass_until(LATE)
    return await Loan.get(id=loan.id)


def promised(late: Loan, **changes: object) -> dict[str, object]:
    return {"loan_id": late.id, "amount": yuan("50.00"), "due_on": LATE + timedelta(days=2)} | changes


async def test_it_is_kept_once_the_money_has_come(late, borrower, officer):  # noqa: F811
    promise = await record_promise(borrower, **promised(late))
    assert (promise.status, promise.recorded_by_id) == (PromiseStatus.OPEN, None)
    await record_repayment(officer, **cash(late, key="part", received_on=LATE, amount=yuan("49.99")))
    await make.pass_until(LATE + timedelta(days=1))
    assert (await PromiseToPay.get()).status is PromiseStatus.OPEN
    await record_repayment(officer, **cash(late, key="rest", received_on=LATE, amount=yuan("0.01"), reference="B-2"))
    await make.pass_until(LATE + timedelta(days=2))
    kept = await PromiseToPay.get()
    assert (kept.status, kept.settled_on) == (PromiseStatus.KEPT, LATE + timedelta(days=2))
    assert await settle_promises(make.system(), LATE + timedelta(days=9)) == 0


async def test_it_is_broken_once_its_day_has_passed_without(late, officer):  # noqa: F811
    promise = await record_promise(officer, **promised(late))
    assert promise.recorded_by_id == officer.staff_id
    await make.pass_until(LATE + timedelta(days=2))
    assert (await PromiseToPay.get()).status is PromiseStatus.OPEN
    await make.pass_until(LATE + timedelta(days=3))
    assert (await PromiseToPay.get()).status is PromiseStatus.BROKEN


async def test_what_bounced_keeps_no_promise(late, officer):  # noqa: F811
    await record_promise(officer, **promised(late))
    await record_repayment(officer, **cash(late, received_on=LATE, amount=yuan("60.00")))
    await make.reversal(await Repayment.get())
    await make.pass_until(LATE + timedelta(days=3))
    assert (await PromiseToPay.get()).status is PromiseStatus.BROKEN


async def test_what_cannot_be_promised_is_refused(late, borrower, officer):  # noqa: F811
    friend, stranger = await make.customer(), await make.customer()
    await make.party(late, friend, PartyRole.GUARANTOR)
    guarantor, nobody = await make.viewer_of(friend.id), await make.viewer_of(stranger.id)
    himself = await make.officer_of(late.customer_id, customer_id=late.customer_id)
    waiting = await make.waiting_loan(await late.customer)
    before = await make.everything()
    for refusal, viewer, changes in (
        (PromiseDateNotAllowed, borrower, {"due_on": LATE - timedelta(days=1)}),
        (PromiseDateNotAllowed, borrower, {"due_on": LATE + timedelta(days=32)}),
        (PromiseDateNotAllowed, borrower, {"due_on": date.max}),
        (PromiseAmountNotAllowed, borrower, {"amount": yuan("1000.00")}),
        (PromiseAmountNotAllowed, borrower, {"amount": yuan("0.00")}),
        (PromiseAmountNotAllowed, borrower, {"amount": yuan("0.01")}),
        (CurrencyMismatch, borrower, {"amount": Money(Decimal(1), "EUR")}),
        (NotPossibleNow, borrower, {"loan_id": waiting.id}),
        (NotFound, guarantor, {}),
        (NotFound, nobody, {}),
        (OwnAffairs, himself, {}),
    ):
        with pytest.raises(refusal):
            await record_promise(viewer, **promised(late, **changes))
    assert await make.everything() == before


async def test_one_runs_at_a_time_and_can_be_taken_back(late, borrower, officer):  # noqa: F811
    answers = await asyncio.gather(
        record_promise(borrower, **promised(late)),
        record_promise(officer, **promised(late)),
        return_exceptions=True,
    )
    assert sorted(type(answer).__name__ for answer in answers) == ["PromiseRuns", "PromiseToPay"]
    with pytest.raises(PromiseRuns):
        await record_promise(borrower, **promised(late))
    promise = await PromiseToPay.get()
    stranger = await make.viewer_of((await make.customer()).id)
    with pytest.raises(NotFound):
        await cancel_promise(stranger, promise_id=promise.id)
    cancelled = await cancel_promise(borrower, promise_id=promise.id)
    assert (cancelled.status, cancelled.settled_on) == (PromiseStatus.CANCELLED, LATE)
    with pytest.raises(NotPossibleNow):
        await cancel_promise(borrower, promise_id=promise.id)
    await record_promise(borrower, **promised(late))
