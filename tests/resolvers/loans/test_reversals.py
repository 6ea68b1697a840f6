import asyncio
from datetime import date, timedelta
from decimal import Decimal

import pytest

from jobs.verify import verify
from models import Allocation, Installment, Loan, LoanEvent, OutboxEvent, PointsAccount, Repayment, Staff, Viewer
from resolvers.loans import prepayments
from resolvers.loans.repayments import record_repayment
from resolvers.loans.reversals import reverse_repayment
from rules.errors import KeyReused, NotFound
from rules.loans.events import PrepaymentEffect
from rules.loans.repayments import AlreadyReversed, ReversalDateNotAllowed
from rules.loans.states import LoanStatus
from rules.people.access import Role
from rules.people.reveal import ReasonTooShort
from rules.people.staff import OwnAffairs
from tests import make
from tests.resolvers.loans.test_repayments import INSTALLMENT, borrower, cash, loan, officer, yuan  # noqa: F401

FOLLOWING = ("audit_entry", "idempotency_key", "loan_event", "outbox_event", "receipt", "repayment")
JOURNALS = ("account", "entry", "posting", "points_entry", "points_posting", "point_lot")


def bounced(repayment: Repayment, **changes: object) -> dict:
    said = {
        "repayment_id": repayment.id,
        "reversed_on": make.clock.today(),
        "reason": "The bank took it back.",
        "key": "bounce",
    }
    return said | changes


async def state() -> dict:
    """All rows but those that keep what happened and what undid it."""
    rows = await make.everything()
    return {table: found for table, found in rows.items() if table not in (*FOLLOWING, *JOURNALS)}


@pytest.mark.parametrize("amount", ["5.00", INSTALLMENT, "700.00", "1024.26", "2000.00"])
async def test_a_reversal_puts_everything_back_points_included(loan, officer, amount):  # noqa: F811
    before = await state()
    paid = await record_repayment(officer, **cash(loan, amount=yuan(amount)))
    assert await state() != before
    await reverse_repayment(officer, **bounced(paid.repayment))
    assert await state() == before
    assert await verify() == []


async def test_only_what_it_had_paid_is_owed_again(loan, officer):  # noqa: F811
    first = await record_repayment(officer, **cash(loan))
    second = await record_repayment(officer, **cash(loan, reference="R-2", key="desk-2"))
    await reverse_repayment(officer, **bounced(first.repayment))
    april, may, _ = await Installment.filter(loan_id=loan.id).order_by("number")
    assert (april.is_open, may.is_open) == (False, True), "the other payment pays the oldest now"
    assert not await Allocation.exists(repayment_id=first.repayment.id)
    split = await Allocation.get(repayment_id=second.repayment.id)
    assert split.interest + split.principal == INSTALLMENT
    assert (await PointsAccount.get(customer_id=loan.customer_id)).pending == 10
    assert await verify() == []


async def test_a_settled_loan_opens_again(loan, officer):  # noqa: F811
    paid = await record_repayment(officer, **cash(loan, amount=yuan("1024.26")))
    assert paid.loan.status is LoanStatus.CLOSED
    await reverse_repayment(officer, **bounced(paid.repayment))
    again = await Loan.get(id=loan.id)
    assert (again.status, again.is_open, again.outstanding) == (LoanStatus.ACTIVE, True, Decimal("1000.00"))
    assert await OutboxEvent.filter(kind="RepaymentReversed").count() == 1


async def test_it_is_done_once_and_by_one(loan, officer):  # noqa: F811
    paid = await record_repayment(officer, **cash(loan))
    answers = await asyncio.gather(*(reverse_repayment(officer, **bounced(paid.repayment)) for _ in range(5)))
    assert len({answer.id for answer in answers}) == 1
    before = await make.everything()
    with pytest.raises(AlreadyReversed):
        await reverse_repayment(officer, **bounced(paid.repayment, key="other"))
    with pytest.raises(KeyReused):
        await reverse_repayment(officer, **bounced(paid.repayment, reason="Something else."))
    assert await make.everything() == before
    assert await LoanEvent.filter(loan_id=loan.id).count() == 2


async def test_ten_with_ten_keys_reverse_once(loan, officer):  # noqa: F811
    paid = await record_repayment(officer, **cash(loan))
    calls = [reverse_repayment(officer, **bounced(paid.repayment, key=f"k{number}")) for number in range(10)]
    answers = await asyncio.gather(*calls, return_exceptions=True)
    assert sorted(type(answer).__name__ for answer in answers) == ["AlreadyReversed"] * 9 + ["LoanEvent"]
    assert await verify() == []


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"reversed_on": date(2026, 3, 15)}, ReversalDateNotAllowed),
        ({"reversed_on": date(2026, 3, 17)}, ReversalDateNotAllowed),
        ({"reason": "no"}, ReasonTooShort),
        ({"repayment_id": 999_999}, NotFound),
    ],
)
async def test_what_cannot_be_changes_nothing(loan, officer, changes, refusal):  # noqa: F811
    paid = await record_repayment(officer, **cash(loan))
    before = await make.everything()
    with pytest.raises(refusal):
        await reverse_repayment(officer, **bounced(paid.repayment, **changes))
    assert await make.everything() == before


async def test_nobody_reverses_on_a_loan_of_his_own_or_of_another_branch(loan, officer):  # noqa: F811
    paid = await record_repayment(officer, **cash(loan))
    far = await make.with_branches(make.viewer(await make.staff(role=Role.OFFICER, branches=[await make.branch()])))
    await Staff.filter(id=officer.staff_id).update(customer_id=loan.customer_id)
    before = await make.everything()
    for viewer, refusal in ((far, NotFound), (officer, OwnAffairs)):
        with pytest.raises(refusal):
            await reverse_repayment(viewer, **bounced(paid.repayment))
    assert await make.everything() == before


async def test_a_payment_recorded_late_counts_from_the_day_it_came(loan: Loan, officer: Viewer):  # noqa: F811
    """Received in time and recorded in May: the installment was paid in time, and what came after it moves on."""
    await make.pass_until(date(2026, 5, 20))
    june = await record_repayment(officer, **cash(loan, received_on=date(2026, 5, 20), reference="MAY", key="may"))
    assert june.points_earned == 0, "April's was late"
    assert june.loan.days_past_due == 4
    april = await record_repayment(officer, **cash(loan, received_on=date(2026, 4, 10), reference="APR", key="apr"))
    assert april.points_earned == 10, "April's was in time after all"
    rows = await Installment.filter(loan_id=loan.id).order_by("number")
    assert [row.paid_on for row in rows] == [date(2026, 4, 10), date(2026, 5, 20), None]
    assert april.loan.days_past_due == 0
    assert await verify() == []


async def test_a_bounce_makes_it_overdue_since_the_day_it_was_due(loan, officer):  # noqa: F811
    await make.pass_until(date(2026, 4, 16))
    paid = await record_repayment(officer, **cash(loan, received_on=date(2026, 4, 16)))
    await make.pass_until(date(2026, 4, 20))
    await reverse_repayment(officer, **bounced(paid.repayment))
    assert (await Loan.get(id=loan.id)).days_past_due == 4
    await make.pass_until(date(2026, 4, 20) + timedelta(days=3))
    assert (await Loan.get(id=loan.id)).days_past_due == 7
    assert await verify() == []


async def test_lines_that_a_prepayment_had_ended_are_back_with_their_points(loan, borrower, officer):  # noqa: F811
    full = await prepayments.quote(borrower, loan_id=loan.id, effect=PrepaymentEffect.REDUCE_TERM)
    prepaid = await prepayments.confirm(borrower, quote_id=full.id, key="all")
    assert await Installment.filter(loan_id=loan.id).count() < 3
    await record_repayment(officer, **cash(loan, amount=yuan("682.84")))
    await reverse_repayment(officer, **bounced(prepaid.repayment))
    rows = await Installment.filter(loan_id=loan.id).order_by("number")
    assert [row.is_open for row in rows] == [False, False, True]
    assert (await PointsAccount.get(customer_id=loan.customer_id)).pending == 20
    assert await verify() == []
