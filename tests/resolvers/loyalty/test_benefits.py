from datetime import timedelta
from decimal import Decimal

import pytest

from jobs.verify import verify
from models import (
    Application,
    ApplicationDiscount,
    Contract,
    CostDisclosure,
    Loan,
    LoanDiscount,
    LoanEvent,
    Offer,
    PointsAccount,
    Quote,
    Tier,
    TierMembership,
)
from models.database.statements import counted
from resolvers.applications import applications, assignments, contracts, decisions, offers
from resolvers.products.quotes import quote
from rules.applications.disclosures import DisclosureNotAcknowledged
from rules.applications.kinds import DecisionReason, DisclosureStep, Outcome, Purpose
from rules.applications.states import ApplicationStatus
from rules.money import Money
from rules.people.kinds import Locale
from rules.products.repricing import RateType, RepricingRule
from tests import levels, make

AMOUNT = Money(Decimal(6000), "CNY")
FULL, LOWER = Decimal("0.0435"), Decimal("0.0415")


@pytest.fixture
async def house(db):
    """A product whose rate can be lowered, and somebody whose level takes 20 basis points off."""
    await levels.plan()
    product, customer = await make.product(), await levels.member("GOLD")
    await levels.policy(product)
    return product, customer


async def set_level(customer_id: int, code: str) -> None:
    """Another level, by hand."""
    async with make.unit():
        tier = await Tier.get(code=code)
        await PointsAccount.filter(customer_id=customer_id).update(tier_id=tier.id)
        await TierMembership.filter(customer_id=customer_id, ended_on=None).update(tier_id=tier.id)


async def started(product, customer, locale: Locale = Locale.ZH_CN) -> Application:
    viewer = (await make.viewer_of(customer.id)).speaking(locale)
    return await applications.start_application(viewer, product.id, AMOUNT, 12)


async def submitted(application: Application) -> Application:
    borrower = await make.viewer_of(application.customer_id)
    return await applications.submit_application(
        borrower, application_id=application.id, purpose=Purpose.HOUSEHOLD, version=application.version
    )


async def decided(application: Application) -> Offer:
    manager = await make.manager_of(application.customer_id)
    verdict = (Outcome.APPROVE, DecisionReason.AFFORDABLE, application.version)
    await decisions.decide_application(manager, application.id, *verdict)
    return await Offer.get(application_id=application.id, is_current=True)


async def signed(offer: Offer) -> Loan:
    borrower = await make.viewer_of(offer.customer_id)
    application = await offers.accept_offer(borrower, offer.id)
    await make.acknowledge(borrower, application)
    contract = await Contract.get(application_id=application.id)
    account = await make.bank_account(offer.customer_id)
    return (
        await contracts.sign_contract(
            borrower, contract_id=contract.id, bank_account_id=account.id, key=f"sign-{contract.id}"
        )
    ).loan


SAID = {
    Locale.ZH_CN: "其中已含利率优惠 20 个基点（金卡会员）：优惠前 4.35%，优惠后 4.15%。等级变化或优惠到期都不会提高本合同的利率。",
    Locale.EN: "This includes a discount of 20 basis points (Gold): 4.35% before it, 4.15% after it. No change of your level,"
    " and no end of the discount, raises the rate of this contract.",
}


@pytest.mark.parametrize("locale", list(Locale))
async def test_quote_disclosure_offer_contract_and_loan_have_the_discount(house, locale):
    product, customer = house
    application = await started(product, customer, locale)
    assert ((await Quote.get()).annual_rate, (await Quote.get()).rate_discount_bp) == (LOWER, 20)
    shown = await CostDisclosure.get(application_id=application.id)
    assert (shown.annual_rate, shown.rate_discount_bp) == (LOWER, 20)
    assert SAID[locale] in shown.text
    borrower = (await make.viewer_of(customer.id)).speaking(locale)
    await make.acknowledge(borrower, application)
    offer = await decided(await submitted(application))
    assert (offer.annual_rate, offer.rate_discount_bp) == (LOWER, 20)
    await offers.accept_offer(borrower, offer.id)
    assert SAID[locale] in (await Contract.get()).text
    signing = await CostDisclosure.get(application_id=application.id, step=DisclosureStep.SIGN)
    assert (signing.annual_rate, signing.rate_discount_bp) == (LOWER, 20)
    assert SAID[locale] in signing.text
    await make.acknowledge(borrower, application)
    account = await make.bank_account(customer.id)
    contract = await Contract.get()
    made = await contracts.sign_contract(borrower, contract_id=contract.id, bank_account_id=account.id, key="sign")
    assert (made.loan.rate, made.loan.current_rate, made.loan.rate_discount_bp) == (LOWER, LOWER, 20)
    kept = await LoanDiscount.get(loan_id=made.loan.id)
    assert (kept.basis_points, kept.is_signed, kept.forgone) == (20, True, Decimal("6.59"))
    assert await verify() == []


async def test_who_has_no_discount_reads_nothing_of_it(house):
    product, _ = house
    application = await started(product, await make.customer())
    shown = await CostDisclosure.get(application_id=application.id)
    assert (shown.annual_rate, shown.rate_discount_bp) == (FULL, 0)
    assert "优惠" not in shown.text
    assert not await ApplicationDiscount.exists()


async def test_a_discount_that_was_shown_is_not_lost_on_the_way(house):
    product, customer = house
    application = await started(product, customer)
    await make.acknowledge(await make.viewer_of(customer.id), application)
    await set_level(customer.id, "BASIC")
    offer = await decided(await submitted(application))
    assert (offer.annual_rate, offer.rate_discount_bp) == (LOWER, 20)
    loan = await signed(offer)
    assert (loan.rate, loan.rate_discount_bp) == (LOWER, 20)
    assert await CostDisclosure.filter(step=DisclosureStep.SUBMIT).count() == 1


async def test_a_larger_discount_is_disclosed_anew_before_it_is_handed_in(house):
    product, customer = house
    await set_level(customer.id, "SILVER")
    application = await started(product, customer)
    await make.acknowledge(await make.viewer_of(customer.id), application)
    before = await CostDisclosure.get()
    assert (before.annual_rate, before.rate_discount_bp) == (Decimal("0.0430"), 5)
    await set_level(customer.id, "GOLD")
    with pytest.raises(DisclosureNotAcknowledged):
        await submitted(application)
    old = await CostDisclosure.get(id=before.id)
    assert (old.is_current, old.annual_rate, old.text) == (False, Decimal("0.0430"), before.text)
    anew = await CostDisclosure.get(is_current=True)
    assert (anew.annual_rate, anew.rate_discount_bp, anew.acknowledged_at) == (LOWER, 20, None)
    await make.acknowledge(await make.viewer_of(customer.id), application)
    assert (await submitted(await Application.get(id=application.id))).status is ApplicationStatus.SUBMITTED


async def test_an_offer_has_the_discount_of_its_day_where_that_is_larger(house):
    product, customer = house
    await set_level(customer.id, "BASIC")
    application = await started(product, customer)
    await make.acknowledge(await make.viewer_of(customer.id), application)
    application = await submitted(application)
    await set_level(customer.id, "GOLD")
    offer = await decided(application)
    assert (offer.annual_rate, offer.rate_discount_bp) == (LOWER, 20)
    assert "20 个基点（金卡会员）" in (await _contract_of(offer)).text


async def _contract_of(offer: Offer) -> Contract:
    await offers.accept_offer(await make.viewer_of(offer.customer_id), offer.id)
    return await Contract.get(application_id=offer.application_id)


async def test_a_loan_keeps_its_rate_when_its_owner_falls(house):
    product, customer = house
    loan = await make.loan(customer, amount="6000.00", product=product)
    await set_level(customer.id, "BASIC")
    await make.pass_until(make.TODAY + timedelta(days=40))
    kept = await Loan.get(id=loan.id)
    assert (kept.rate, kept.current_rate, kept.rate_discount_bp) == (LOWER, LOWER, 20)
    assert await verify() == []


FLOATING = {
    "rate_type": RateType.FLOATING,
    "reference_rate": "LPR5Y",
    "spread_bp": 100,
    "repricing": RepricingRule.EACH_CHANGE,
}
CHANGE = make.TODAY + timedelta(days=20)


async def floating_loan(customer, *, raises: bool) -> Loan:
    await make.reference_rate("LPR5Y", make.TODAY, "0.0350")
    product = await make.product(**FLOATING)
    await levels.policy(product, floor="0.0400", raises_at_repricing=raises)
    loan = await make.loan(customer, amount="6000.00", product=product)
    await make.reference_rate("LPR5Y", CHANGE, "0.0340")
    return loan


@pytest.mark.parametrize(("raises", "after"), [(False, "0.0435"), (True, "0.0420")])
async def test_a_floating_rate_keeps_its_discount_and_gets_more_only_where_the_policy_says_so(db, raises, after):
    await levels.plan()
    customer = await levels.member("SILVER")
    loan = await floating_loan(customer, raises=raises)
    assert (loan.rate, loan.rate_discount_bp) == (Decimal("0.0445"), 5)
    contract = await Contract.get(id=loan.contract_id)
    assert "以后每次调整时，利率仍减去该优惠，但不低于 4.00%" in contract.text
    await set_level(customer.id, "GOLD")
    await make.pass_until(CHANGE)
    repriced = await Loan.get(id=loan.id)
    assert repriced.current_rate == Decimal(after)
    assert await LoanEvent.filter(loan_id=loan.id, kind="RATE_CHANGE").count() == 1
    await set_level(customer.id, "BASIC")
    await make.reference_rate("LPR5Y", CHANGE + timedelta(days=20), "0.0320")
    await make.pass_until(CHANGE + timedelta(days=21))
    lowest = await Loan.get(id=loan.id)
    assert lowest.current_rate == (Decimal("0.0400") if raises else Decimal("0.0415"))
    assert await LoanEvent.filter(loan_id=loan.id, kind="RATE_CHANGE").count() == 2
    assert await verify() == []


async def test_where_nothing_is_larger_repricing_raises_nothing(db):
    await levels.plan()
    customer = await levels.member("SILVER")
    loan = await floating_loan(customer, raises=True)
    await make.pass_until(CHANGE)
    assert (await Loan.get(id=loan.id)).current_rate == Decimal("0.0435")
    assert await LoanDiscount.filter(loan_id=loan.id).count() == 1


async def test_a_quote_takes_one_statement_more_for_a_customer_and_none_for_a_visitor(house):
    product, customer = house
    viewer = await make.viewer_of(customer.id)
    counts = []
    for each in (make.visitor(), viewer):
        with counted() as statements:
            await quote(each, product.id, AMOUNT, 12)
        counts.append(len(statements))
    assert counts[1] == counts[0] + 1


async def test_an_application_of_a_level_is_reviewed_sooner(house):
    product, customer = house
    due = []
    for each in (customer, await make.customer()):
        application = await started(product, each)
        await make.acknowledge(await make.viewer_of(each.id), application)
        application = await submitted(application)
        officer = await make.officer_of(each.id)
        taken = await assignments.take_application(officer, application_id=application.id, version=application.version)
        await decisions.recommend_application(officer, taken.id, Outcome.APPROVE, "好", taken.version)
        due.append((await Application.get(id=taken.id)).due_at - make.NOON)
    assert due == [timedelta(days=1), timedelta(days=3)]
