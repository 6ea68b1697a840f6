# ruff: noqa: F811  Fixtures come from elsewhere.
import asyncio
from datetime import date, timedelta
from typing import Any

import pytest

from jobs.verify import verify
from models import EarningRule, Loan, PointsEntry, Viewer
from resolvers.loans import prepayments
from resolvers.loans.repayments import record_repayment
from resolvers.loyalty import earning_rules
from rules.errors import NotFound
from rules.loans.events import PrepaymentEffect
from rules.loyalty.earning import CapTooLow, RuleDateNotAllowed, RulesOverlap
from rules.loyalty.kinds import Act, CapPeriod, PointsKind
from rules.people.access import Role
from rules.people.staff import SamePerson
from rules.products.states import ProposalStatus
from rules.states import NotPossibleNow
from tests import make
from tests.resolvers.loans.test_repayments import INSTALLMENT, borrower, cash, loan, officer, yuan  # noqa: F401

TERMS: dict[str, Any] = {
    "at_least": None,
    "pending_days": 0,
    "lifetime_months": 24,
    "cap_points": None,
    "cap_period": None,
    "is_qualifying": True,
    "valid_from": make.TODAY,
    "valid_to": None,
}


@pytest.fixture
async def maker(db) -> Viewer:
    return await make.signed_in(await make.staff(role=Role.MANAGER))


@pytest.fixture
async def checker(db) -> Viewer:
    return await make.signed_in(await make.staff(role=Role.MANAGER))


async def rule(maker: Viewer, checker: Viewer, act: Act, points: int, **terms: Any) -> EarningRule:
    if act is Act.ON_TIME:
        first = await EarningRule.get(act=act, valid_to__isnull=True)
        await earning_rules.end_earning_rule(maker, rule_id=first.id, valid_to=terms.get("valid_from", make.TODAY))
    proposed = await earning_rules.propose_earning_rule(maker, act=act, points=points, **(TERMS | terms))
    return await earning_rules.approve_earning_rule(checker, rule_id=proposed.id)


async def pay(loan: Loan, officer: Viewer, number: int, amount: str = INSTALLMENT) -> int:
    how = {"reference": f"R-{number}", "key": f"desk-{number}", "received_on": make.clock.today()}
    paid = await record_repayment(officer, **cash(loan, amount=yuan(amount), **how))
    return paid.points_earned


async def test_a_house_begins_with_ten_points_for_an_installment_in_time(db):
    first = await EarningRule.get()
    assert (first.act, first.points, first.pending_days, first.status) == (
        *(Act.ON_TIME, 10, 14),
        ProposalStatus.APPROVED,
    )


async def test_a_new_rule_counts_from_its_first_day_and_what_was_given_stays(loan, officer, maker, checker):
    assert await pay(loan, officer, 1) == 10
    april = date(2026, 4, 1)
    await rule(maker, checker, Act.ON_TIME, 25, valid_from=april)
    assert await pay(loan, officer, 2) == 10, "its day has not come"
    await make.pass_until(april)
    assert await pay(loan, officer, 3) == 25
    assert await make.points_of(loan.customer_id) == 45, "the first two are final by now"
    await make.reversal(await _last_paid(loan))
    assert await make.points_of(loan.customer_id) == 20
    assert await verify() == []


async def _last_paid(loan: Loan) -> Any:
    entry = await PointsEntry.filter(loan_id=loan.id, kind=PointsKind.EARNED).order_by("-id").first()
    return await entry.repayment


async def test_a_streak_earns_beside_each_installment_and_goes_with_the_payment_that_bounced(
    loan, officer, maker, checker
):
    await rule(maker, checker, Act.STREAK, 100, at_least=3)
    assert [await pay(loan, officer, number) for number in (1, 2)] == [10, 10]
    assert await pay(loan, officer, 3) == 110
    assert await make.points_of(loan.customer_id) == 100
    await make.reversal(await (await PointsEntry.get(act=Act.STREAK)).repayment)
    taken = await PointsEntry.filter(kind=PointsKind.TAKEN_BACK).values_list("act", "points")
    assert sorted(taken) == [(Act.ON_TIME, -10), (Act.STREAK, -100)]
    assert await make.points_of(loan.customer_id) == 0
    assert await pay(loan, officer, 4) == 110, "it is in time after all"
    assert await verify() == []


async def test_repaying_early_earns_once_it_is_all_repaid(loan, borrower, officer, maker, checker):
    await rule(maker, checker, Act.EARLY_SETTLEMENT, 50, at_least=30)
    full = await prepayments.quote(borrower, loan_id=loan.id, effect=PrepaymentEffect.REDUCE_TERM)
    paid = await prepayments.confirm(borrower, quote_id=full.id, key="all")
    assert await PointsEntry.filter(act=Act.EARLY_SETTLEMENT).values_list("points", flat=True) == [50]
    await make.reversal(paid.repayment)
    assert await make.points_of(loan.customer_id) == 0
    assert await verify() == []


async def test_a_loan_that_is_settled_out_of_a_new_one_earns_nothing_for_it(db, maker, checker):
    await rule(maker, checker, Act.EARLY_SETTLEMENT, 50, at_least=30)
    await make.refinanced(await make.loan())
    assert not await PointsEntry.exists(act=Act.EARLY_SETTLEMENT)
    assert await verify() == []


async def test_no_more_than_the_cap_in_a_month_and_what_was_not_given_is_not_given_later(loan, officer, maker, checker):
    await rule(maker, checker, Act.ON_TIME, 10, cap_points=15, cap_period=CapPeriod.MONTH)
    assert [await pay(loan, officer, number) for number in (1, 2, 3)] == [10, 5, 0]
    moved = await PointsEntry.filter(loan_id=loan.id).order_by("id").values_list("kind", "points", "spendable")
    assert moved == [(PointsKind.EARNED, 10, 10), (PointsKind.EARNED, 5, 5), (PointsKind.CAPPED, 10, 0)]
    assert await verify() == []
    await make.pass_until(date(2026, 4, 20))
    assert await make.points_of(loan.customer_id) == 15
    assert await verify() == []


async def test_two_loans_of_one_customer_share_the_cap_however_they_are_paid(db, maker, checker):
    await rule(maker, checker, Act.ON_TIME, 10, cap_points=15, cap_period=CapPeriod.YEAR)
    customer = await make.customer()
    loans = [await make.loan(customer, term=3) for _ in range(4)]
    desk = await make.officer_of(customer.id)
    await asyncio.gather(*(pay(each, desk, each.id) for each in loans))
    assert await make.points_of(customer.id) == 15
    assert await PointsEntry.filter(kind=PointsKind.CAPPED).count() == 2
    assert await verify() == []


async def test_one_proposes_another_decides_and_customers_see_what_holds(maker, checker):
    proposed = await earning_rules.propose_earning_rule(maker, act=Act.STREAK, points=30, **(TERMS | {"at_least": 6}))
    customer = make.viewer(await make.customer())
    assert await EarningRule.visible_to(customer).count() == 1
    before = await make.everything()
    with pytest.raises(SamePerson):
        await earning_rules.approve_earning_rule(maker, rule_id=proposed.id)
    assert await make.everything() == before
    approved = await earning_rules.approve_earning_rule(checker, rule_id=proposed.id)
    assert (approved.status, approved.decided_by_id) == (ProposalStatus.APPROVED, checker.staff_id)
    assert await EarningRule.visible_to(customer).count() == 2
    for again in (earning_rules.approve_earning_rule, earning_rules.decline_earning_rule):
        with pytest.raises(NotPossibleNow):
            await again(checker, rule_id=proposed.id)
    with pytest.raises(NotFound):
        await earning_rules.approve_earning_rule(checker, rule_id=999)


async def test_what_makes_no_sense_is_refused_and_nothing_is_kept(maker, checker):
    before = await make.everything()
    with pytest.raises(CapTooLow):
        await earning_rules.propose_earning_rule(
            maker, act=Act.ON_TIME, points=30, **(TERMS | {"cap_points": 20, "cap_period": CapPeriod.MONTH})
        )
    assert await make.everything() == before
    proposed = await earning_rules.propose_earning_rule(maker, act=Act.ON_TIME, points=30, **TERMS)
    with pytest.raises(RulesOverlap) as refused:
        await earning_rules.approve_earning_rule(checker, rule_id=proposed.id)
    assert refused.value.other_from == date(2000, 1, 1)
    await make.travel_to(make.TODAY + timedelta(days=1))
    with pytest.raises(RuleDateNotAllowed):
        await earning_rules.approve_earning_rule(checker, rule_id=proposed.id)
    assert (await EarningRule.get(id=proposed.id)).status is ProposalStatus.PROPOSED


async def test_of_rules_that_overlap_and_are_approved_at_once_one_holds(maker, checker):
    proposed = [
        await earning_rules.propose_earning_rule(maker, act=Act.STREAK, points=30, **(TERMS | {"at_least": 6}))
        for _ in range(5)
    ]
    tried = await asyncio.gather(
        *(earning_rules.approve_earning_rule(checker, rule_id=each.id) for each in proposed), return_exceptions=True
    )
    assert sorted(type(each).__name__ for each in tried) == ["EarningRule", *["RulesOverlap"] * 4]
    assert await EarningRule.filter(act=Act.STREAK, status=ProposalStatus.APPROVED).count() == 1


async def test_a_rule_is_ended_by_one_and_ends_once(loan, officer, maker):
    first = await EarningRule.get()
    with pytest.raises(RuleDateNotAllowed):
        await earning_rules.end_earning_rule(maker, rule_id=first.id, valid_to=make.TODAY - timedelta(days=1))
    await earning_rules.end_earning_rule(maker, rule_id=first.id, valid_to=make.TODAY + timedelta(days=9))
    with pytest.raises(RuleDateNotAllowed):
        await earning_rules.end_earning_rule(maker, rule_id=first.id, valid_to=make.TODAY + timedelta(days=10))
    await earning_rules.end_earning_rule(maker, rule_id=first.id, valid_to=make.TODAY)
    with pytest.raises(NotPossibleNow):
        await earning_rules.end_earning_rule(maker, rule_id=first.id, valid_to=make.TODAY)
    assert await pay(loan, officer, 1) == 0
    assert await verify() == []
