import asyncio
from datetime import date, timedelta
from decimal import Decimal

import pytest

from models import LoanDiscount, PointsAccount, RateDiscount, RateDiscountPolicy
from resolvers.loyalty import rate_discounts
from resolvers.products.quotes import Quoted, quote
from rules.errors import NotFound
from rules.loans.repayments import CurrencyMismatch
from rules.loyalty.rate_discounts import DiscountDateNotAllowed, DiscountProposed, FloorTooHigh
from rules.money import Money
from rules.people.access import Role
from rules.people.kinds import Locale
from rules.people.staff import OwnAffairs, SamePerson
from rules.products.states import ProposalStatus
from rules.states import NotPossibleNow
from tests import levels, make

AMOUNT = Money(Decimal(6000), "CNY")
SOON = make.TODAY + timedelta(days=30)


async def quoted(viewer, product, locale: Locale = Locale.EN) -> Quoted:
    return await quote(viewer.speaking(locale), product.id, AMOUNT, 12)


def shown(quoted: Quoted) -> tuple:
    return quoted.standard_rate, quoted.discount_bp, quoted.annual_rate, quoted.discount_reason


PLAIN = (Decimal("0.0435"), 0, Decimal("0.0435"), None)


async def test_a_discount_takes_two_managers_and_a_policy_of_the_product(db):
    product, customer = await make.product(), await make.customer()
    viewer = await make.viewer_of(customer.id)
    first, second = [await make.manager_of(customer.id) for _ in range(2)]
    said = {"customer_id": customer.id, "basis_points": 25, "reason": "十年老客户", "ends_on": SOON}
    proposed = await rate_discounts.propose_rate_discount(first, **said)
    with pytest.raises(DiscountProposed):
        await rate_discounts.propose_rate_discount(second, **said)
    with pytest.raises(SamePerson):
        await rate_discounts.approve_rate_discount(first, discount_id=proposed.id)
    await levels.policy(product)
    assert shown(await quoted(viewer, product)) == PLAIN
    approved = await rate_discounts.approve_rate_discount(second, discount_id=proposed.id)
    assert approved.status is ProposalStatus.APPROVED
    agreed = (Decimal("0.0435"), 25, Decimal("0.0410"), "a discount agreed for you")
    assert shown(await quoted(viewer, product)) == agreed
    assert shown(await quoted(viewer, product, Locale.ZH_CN))[3] == "为您核定的优惠"
    assert shown(await quoted(make.visitor(), product)) == PLAIN
    assert shown(await quoted(await make.viewer_of((await make.customer()).id), product)) == PLAIN
    assert shown(await quoted(viewer, await make.product())) == PLAIN, "no policy lets its rate be lowered"
    with pytest.raises(NotPossibleNow):
        await rate_discounts.decline_rate_discount(second, discount_id=proposed.id)
    await make.travel_to(SOON)
    assert shown(await quoted(viewer, product)) == agreed
    await make.travel_to(SOON + timedelta(days=1))
    assert shown(await quoted(viewer, product)) == PLAIN


async def test_the_larger_of_level_and_hand_wins_and_the_floor_holds(db):
    await levels.plan()
    product, customer = await make.product(), await levels.member("GOLD")
    viewer = await make.viewer_of(customer.id)
    await levels.policy(product)
    assert shown(await quoted(viewer, product)) == (Decimal("0.0435"), 20, Decimal("0.0415"), "Gold")
    assert shown(await quoted(viewer, product, Locale.ZH_CN))[3] == "金卡会员"
    await levels.by_hand(customer.id, 10)
    assert shown(await quoted(viewer, product))[1] == 20
    await levels.by_hand(customer.id, 400)
    lowest = (Decimal("0.0435"), 135, Decimal("0.0300"), "a discount agreed for you")
    assert shown(await quoted(viewer, product)) == lowest
    assert (await quoted(viewer, product)).total_interest < (await quoted(make.visitor(), product)).total_interest


async def test_who_is_late_has_no_discount_by_level(db):
    await levels.plan()
    product, customer = await make.product(), await levels.member("GOLD")
    await levels.policy(product)
    async with make.unit():
        await PointsAccount.filter(customer_id=customer.id).update(perks_suspended_on=make.TODAY)
    assert shown(await quoted(await make.viewer_of(customer.id), product)) == PLAIN


async def test_a_policy_ends_on_its_day_and_with_its_budget(db):
    await levels.plan()
    product, customer = await make.product(), await levels.member("GOLD")
    viewer = await make.viewer_of(customer.id)
    await levels.policy(product, ends_on=SOON, budget=Money(Decimal("5.00"), "CNY"))
    loan = await make.loan(customer, amount="6000.00", product=product)
    forgone = (await LoanDiscount.get(loan_id=loan.id)).forgone
    assert forgone == Decimal("6.59")
    assert shown(await quoted(viewer, product)) == PLAIN, "its budget is used up"
    await make.travel_to(make.TODAY + timedelta(days=1))
    await levels.policy(product, ends_on=SOON)
    assert shown(await quoted(viewer, product))[1] == 20
    await make.travel_to(SOON + timedelta(days=1))
    assert shown(await quoted(viewer, product)) == PLAIN


async def test_what_a_policy_may_not_say_is_not_proposed(db):
    product = await make.product()
    first, second = await make.two_managers()
    await levels.policy(product)
    before = await make.everything()
    tomorrow = make.TODAY + timedelta(days=1)
    terms = {"product_id": product.id, "valid_from": tomorrow, "floor": Decimal("0.03")}
    for refusal, changed in (
        (DiscountDateNotAllowed, {"valid_from": make.TODAY}),
        (DiscountDateNotAllowed, {"ends_on": make.TODAY}),
        (FloorTooHigh, {"floor": Decimal("0.0435")}),
        (CurrencyMismatch, {"budget": Money(Decimal(1), "USD")}),
        (NotFound, {"product_id": 999}),
    ):
        with pytest.raises(refusal):
            await rate_discounts.propose_rate_discount_policy(first, **(terms | changed))
    assert await make.everything() == before
    proposed = await rate_discounts.propose_rate_discount_policy(first, **terms)
    with pytest.raises(SamePerson):
        await rate_discounts.approve_rate_discount_policy(first, policy_id=proposed.id)
    declined = await rate_discounts.decline_rate_discount_policy(second, policy_id=proposed.id)
    assert declined.status is ProposalStatus.DECLINED


async def test_a_customer_of_another_branch_and_ones_own_family_are_out_of_reach(db):
    customer = await make.customer()
    said = {"customer_id": customer.id, "basis_points": 5, "reason": "x", "ends_on": SOON}
    elsewhere = await make.with_branches(
        make.viewer(await make.staff(role=Role.MANAGER, branches=[await make.branch()]))
    )
    himself = await make.manager_of(customer.id, customer_id=customer.id)
    before = await make.everything()
    with pytest.raises(NotFound):
        await rate_discounts.propose_rate_discount(elsewhere, **said)
    with pytest.raises(OwnAffairs):
        await rate_discounts.propose_rate_discount(himself, **said)
    near = await make.manager_of(customer.id)
    for ends_on in (make.TODAY - timedelta(days=1), make.TODAY + timedelta(days=367)):
        with pytest.raises(DiscountDateNotAllowed):
            await rate_discounts.propose_rate_discount(near, **(said | {"ends_on": ends_on}))
    assert await RateDiscount.all().count() == 0
    assert (await make.everything())["rate_discount"] == before["rate_discount"]
    proposed = await rate_discounts.propose_rate_discount(near, **said)
    for viewer in (elsewhere, himself):
        with pytest.raises((NotFound, OwnAffairs)):
            await rate_discounts.approve_rate_discount(viewer, discount_id=proposed.id)
    assert (await RateDiscount.get(id=proposed.id)).status is ProposalStatus.PROPOSED


async def test_of_two_policies_approved_at_once_for_a_day_one_holds(db):
    product = await make.product()
    first, second = await make.two_managers()
    terms = {"product_id": product.id, "valid_from": make.TODAY}
    made = [
        await rate_discounts.propose_rate_discount_policy(first, floor=Decimal(floor), **terms)
        for floor in ("0.03", "0.04")
    ]
    answers = await asyncio.gather(
        *(rate_discounts.approve_rate_discount_policy(second, policy_id=each.id) for each in made),
        return_exceptions=True,
    )
    assert sorted(type(answer).__name__ for answer in answers) == ["DiscountDateNotAllowed", "RateDiscountPolicy"]
    assert await RateDiscountPolicy.filter(status=ProposalStatus.APPROVED).count() == 1


async def test_the_report_says_to_the_cent_what_discounts_came_to(db):
    await levels.plan()
    product, other = await make.product(), await make.product()
    gold, silver = await levels.member("GOLD"), await levels.member("SILVER")
    for each in (product, other):
        await levels.policy(each)
    lent = [
        await make.loan(gold, amount="6000.00", product=product),
        await make.loan(silver, amount="10000.00", product=product),
        await make.loan(gold, amount="1000.00", product=other),
    ]
    await make.loan(await make.customer(), amount="50000.00", product=product)
    forgone = [(await LoanDiscount.get(loan_id=loan.id)).forgone for loan in lent]
    assert forgone == [Decimal("6.59"), Decimal("2.73"), Decimal("1.09")]
    auditor = make.viewer(await make.staff(role=Role.AUDITOR))
    report = await rate_discounts.rate_discount_report(auditor, since=make.TODAY, until=make.TODAY)
    assert [
        (line.product.id, line.loans, line.principal, line.least_bp, line.most_bp, line.forgone)
        for line in report.lines
    ] == [
        (product.id, 2, Decimal("16000.00"), 5, 20, Decimal("9.32")),
        (other.id, 1, Decimal("1000.00"), 20, 20, Decimal("1.09")),
    ]
    tomorrow = make.TODAY + timedelta(days=1)
    later = await rate_discounts.rate_discount_report(auditor, since=tomorrow, until=date(2026, 12, 31))
    assert later.lines == ()
    branch = await make.branch()
    elsewhere = await make.with_branches(make.viewer(await make.staff(role=Role.MANAGER, branches=[branch])))
    nothing = await rate_discounts.rate_discount_report(elsewhere, since=make.TODAY, until=make.TODAY)
    assert nothing.lines == ()
