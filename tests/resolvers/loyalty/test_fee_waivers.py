from datetime import date, timedelta
from decimal import Decimal

import pytest

from jobs.verify import verify
from models import (
    Application,
    Contract,
    CostDisclosure,
    Customer,
    Disbursement,
    Loan,
    LoanDiscount,
    Offer,
    PointsAccount,
    Posting,
    Product,
    Quote,
    Tier,
    TierMembership,
    Viewer,
)
from models.database.statements import counted
from resolvers.applications import applications, contracts, decisions, offers
from resolvers.loans import prepayments
from resolvers.loyalty import rate_discounts
from resolvers.products.products import NewFee
from resolvers.products.quotes import Quoted, quote
from rules.applications.disclosures import DisclosureNotAcknowledged
from rules.applications.kinds import DecisionReason, DisclosureStep, Outcome, Purpose
from rules.books.accounts import AccountCode
from rules.loans.events import PrepaymentEffect
from rules.loans.states import LoanStatus
from rules.money import ZERO, Money
from rules.people.access import Role
from rules.people.kinds import Locale
from rules.products.kinds import FeeKind
from tests import levels, make

AMOUNT = Money(Decimal("6001.00"), "CNY")
"""A fee of 1 % is 60.01: half of it is 30.005."""
EVERY_KIND = [
    NewFee(FeeKind.UPFRONT, "手续费", "Handling fee", Decimal("0.01")),
    NewFee(FeeKind.FINANCED, "服务费", "Service fee", amount=Decimal("120.00")),
    NewFee(FeeKind.PERIODIC, "管理费", "Monthly fee", amount=Decimal("2.00")),
    NewFee(FeeKind.PREPAYMENT, "提前还款费", "Prepayment fee", Decimal("0.02")),
]
SAID = {
    Locale.ZH_CN: "一次性费用已减免 50%，即 ¥30.01（金卡会员）：费用合计减免前 ¥60.01，减免后 ¥30.00。等级变化不影响本合同的减免。",
    Locale.EN: "CN¥30.01 of the fees that are charged once is waived (50%, Gold): all fees together are CN¥60.01 before it,"
    " CN¥30.00 after it. No change of your level takes this away from this contract.",
}


@pytest.fixture
async def house(db) -> tuple[Product, Customer]:
    """A product with a fee of 1 % and no policy of discounts, and somebody whose level waives half of it."""
    await levels.plan(*levels.WAIVING)
    return await make.product(cooling_off_days=14), await levels.member("GOLD")


async def set_level(customer_id: int, code: str) -> None:
    """Another level, by hand."""
    async with make.unit():
        tier = await Tier.get(code=code)
        await PointsAccount.filter(customer_id=customer_id).update(tier_id=tier.id)
        await TierMembership.filter(customer_id=customer_id, ended_on=None).update(tier_id=tier.id)


async def suspend(customer_id: int) -> None:
    async with make.unit():
        await PointsAccount.filter(customer_id=customer_id).update(perks_suspended_on=make.TODAY)


async def quoted(viewer: Viewer, product: Product, locale: Locale = Locale.EN) -> Quoted:
    return await quote(viewer.speaking(locale), product.id, AMOUNT, 12)


def shown(quoted: Quoted) -> tuple:
    said = (quoted.fee_waiver_percent, quoted.fee_waiver_reason)
    return *said, quoted.fees_waived, quoted.total_fees, quoted.received


WHOLE = (0, None, ZERO, Decimal("60.01"), Decimal("5940.99"))
HALF = (50, "Gold", Decimal("30.01"), Decimal("30.00"), Decimal("5971.00"))
QUARTER = (25, "Silver", Decimal("15.00"), Decimal("45.01"), Decimal("5955.99"))


async def started(product: Product, customer: Customer, locale: Locale = Locale.ZH_CN) -> Application:
    viewer = (await make.viewer_of(customer.id)).speaking(locale)
    application = await applications.start_application(viewer, product.id, AMOUNT, 12)
    await make.acknowledge(viewer, application)
    return application


async def submitted(application: Application) -> Application:
    borrower = await make.viewer_of(application.customer_id)
    said = {"purpose": Purpose.HOUSEHOLD, "version": application.version}
    return await applications.submit_application(borrower, application_id=application.id, **said)


async def offered(application: Application) -> Offer:
    manager = await make.manager_of(application.customer_id)
    verdict = (Outcome.APPROVE, DecisionReason.AFFORDABLE, application.version)
    await decisions.decide_application(manager, application.id, *verdict)
    return await Offer.get(application_id=application.id, is_current=True)


async def signed(offer: Offer, locale: Locale = Locale.ZH_CN) -> Loan:
    borrower = (await make.viewer_of(offer.customer_id)).speaking(locale)
    application = await offers.accept_offer(borrower, offer.id)
    await make.acknowledge(borrower, application)
    contract, account = await Contract.get(application_id=application.id), await make.bank_account(offer.customer_id)
    named = {"contract_id": contract.id, "bank_account_id": account.id}
    return (await contracts.sign_contract(borrower, **named, key=f"sign-{contract.id}")).loan


async def balance(code: AccountCode) -> Decimal:
    return sum((posting.amount for posting in await Posting.filter(account__code=code)), ZERO)


async def test_a_quote_shows_what_a_level_waives_and_takes_no_statement_more(house):
    product, customer = house
    viewer = await make.viewer_of(customer.id)
    assert shown(await quoted(viewer, product)) == HALF
    assert (await quoted(viewer, product, Locale.ZH_CN)).fee_waiver_reason == "金卡会员"
    (fee,) = (await quoted(viewer, product)).fees
    assert (fee.name, fee.amount, fee.waived) == ("Handling fee", Decimal("30.00"), Decimal("30.01"))
    assert (await quoted(viewer, product)).annual_cost < (await quoted(make.visitor(), product)).annual_cost
    assert shown(await quoted(make.visitor(), product)) == WHOLE
    await set_level(customer.id, "SILVER")
    assert shown(await quoted(viewer, product)) == QUARTER
    await set_level(customer.id, "BASIC")
    assert shown(await quoted(viewer, product)) == WHOLE
    counts = []
    for code in ("GOLD", "BASIC"):
        await set_level(customer.id, code)
        with counted() as statements:
            await quoted(viewer, product)
        counts.append(len(statements))
    assert counts[0] == counts[1]


async def test_a_waiver_takes_no_policy_and_stands_beside_a_discount(house):
    product, customer = house
    await levels.policy(product)
    seen = await quoted(await make.viewer_of(customer.id), product)
    assert shown(seen) == HALF
    assert (seen.discount_bp, seen.discount_reason) == (20, "Gold")
    loan = await make.loan(customer, amount="6001.00", product=product)
    assert (loan.rate_discount_bp, loan.fee_waiver_percent, loan.fees_waived) == (20, 50, Decimal("30.01"))
    assert (await LoanDiscount.get()).basis_points == 20
    assert await verify() == []


async def test_fees_asked_for_once_are_waived_those_of_each_period_and_of_a_prepayment_are_not(house):
    _, customer = house
    product = await make.product(fees=EVERY_KIND)
    seen = await quoted(await make.viewer_of(customer.id), product)
    assert [(fee.amount, fee.waived) for fee in seen.fees] == [
        (Decimal("30.00"), Decimal("30.01")),
        (Decimal("60.00"), Decimal("60.00")),
        (Decimal("24.00"), 0),
        (0, 0),
    ]
    assert (seen.fees_waived, seen.total_fees, seen.received) == (
        Decimal("90.01"),
        Decimal("114.00"),
        Decimal("5971.00"),
    )
    loan = await make.loan(customer, amount="6001.00", product=product)
    assert (loan.principal, loan.outstanding, loan.fees_waived) == (
        Decimal("6061.00"),
        Decimal("6061.00"),
        Decimal("90.01"),
    )
    assert await balance(AccountCode.FEE_INCOME) == Decimal("-90.00")
    await make.repayment(loan)
    await make.pass_until(make.TODAY + timedelta(days=40))
    assert await verify() == []


async def test_a_whole_waiver_leaves_no_fee_and_no_more(db):
    free = levels.Level(code="BASIC", name_zh="普通会员", name_en="Basic", threshold=0, fee_waiver_percent=100)
    await levels.plan(free)
    product, customer = await make.product(), await make.customer()
    seen = await quoted(await make.viewer_of(customer.id), product)
    assert shown(seen) == (100, "Basic", Decimal("60.01"), 0, AMOUNT.amount)
    assert seen.annual_cost == (await quoted(make.visitor(), await make.product(fees=[]))).annual_cost
    loan = await make.loan(customer, amount="6001.00", product=product)
    assert (await Disbursement.get(loan_id=loan.id)).amount == AMOUNT.amount
    assert await balance(AccountCode.FEE_INCOME) == 0
    assert await verify() == []


async def test_where_a_product_has_no_fee_there_is_nothing_to_waive(house):
    _, customer = house
    product = await make.product(fees=[])
    seen = await quoted(await make.viewer_of(customer.id), product)
    assert shown(seen) == (0, None, ZERO, ZERO, AMOUNT.amount)
    loan = await make.loan(customer, amount="6001.00", product=product)
    assert (loan.fee_waiver_percent, loan.fees_waived) == (0, 0)
    assert await verify() == []


@pytest.mark.parametrize("locale", list(Locale))
async def test_quote_disclosure_offer_contract_loan_and_payout_have_the_waiver(house, locale):
    product, customer = house
    application = await started(product, customer, locale)
    stored = await Quote.get()
    assert (stored.fee_waiver_percent, stored.total_fees) == (50, Decimal("30.00"))
    before = await CostDisclosure.get(step=DisclosureStep.SUBMIT)
    assert (before.fee_waiver_percent, before.total_fees) == (50, Decimal("30.00"))
    assert SAID[locale] in before.text
    offer = await offered(await submitted(application))
    assert offer.fee_waiver_percent == 50
    loan = await signed(offer, locale)
    signing = await CostDisclosure.get(step=DisclosureStep.SIGN)
    assert (signing.fee_waiver_percent, signing.total_fees) == (50, Decimal("30.00"))
    assert SAID[locale] in signing.text
    assert SAID[locale] in (await Contract.get()).text
    assert (loan.status, loan.fee_waiver_percent, loan.fees_waived) == (LoanStatus.ACTIVE, 50, Decimal("30.01"))
    assert (await Disbursement.get()).amount == Decimal("5971.00")
    assert await balance(AccountCode.CASH) == Decimal("-5971.00")
    assert await balance(AccountCode.FEE_INCOME) == Decimal("-30.00")
    assert not await LoanDiscount.exists()
    assert await verify() == []


async def test_who_has_no_waiver_reads_nothing_of_it(house):
    product, _ = house
    await started(product, await make.customer())
    disclosed = await CostDisclosure.get()
    assert (disclosed.fee_waiver_percent, disclosed.total_fees) == (0, Decimal("60.01"))
    assert "减免" not in disclosed.text
    assert (await Application.get()).fee_waiver_tier_id is None


async def test_who_is_late_has_no_waiver(house):
    product, customer = house
    await suspend(customer.id)
    assert shown(await quoted(await make.viewer_of(customer.id), product)) == WHOLE
    loan = await make.loan(customer, amount="6001.00", product=product)
    assert (loan.fee_waiver_percent, loan.fees_waived) == (0, 0)
    assert (await Disbursement.get()).amount == Decimal("5940.99")
    assert await verify() == []


@pytest.mark.parametrize("lost", [suspend, lambda customer_id: set_level(customer_id, "BASIC")])
async def test_a_waiver_that_was_shown_is_not_lost_on_the_way(house, lost):
    product, customer = house
    application = await started(product, customer)
    await lost(customer.id)
    offer = await offered(await submitted(application))
    assert offer.fee_waiver_percent == 50
    loan = await signed(offer)
    assert (loan.fee_waiver_percent, loan.fees_waived) == (50, Decimal("30.01"))
    assert "（金卡会员）" in (await Contract.get()).text
    assert await CostDisclosure.filter(step=DisclosureStep.SUBMIT).count() == 1


async def test_a_larger_waiver_is_disclosed_anew_before_it_is_handed_in(house):
    product, customer = house
    await set_level(customer.id, "SILVER")
    application = await started(product, customer)
    before = await CostDisclosure.get()
    assert (before.fee_waiver_percent, before.total_fees) == (25, Decimal("45.01"))
    await set_level(customer.id, "GOLD")
    with pytest.raises(DisclosureNotAcknowledged):
        await submitted(application)
    anew = await CostDisclosure.get(is_current=True)
    assert (anew.fee_waiver_percent, anew.total_fees, anew.acknowledged_at) == (50, Decimal("30.00"), None)
    assert (await CostDisclosure.get(id=before.id)).text == before.text
    await make.acknowledge(await make.viewer_of(customer.id), application)
    offer = await offered(await submitted(await Application.get(id=application.id)))
    assert offer.fee_waiver_percent == 50


async def test_an_offer_has_the_waiver_of_its_day_where_that_is_larger(house):
    product, customer = house
    await set_level(customer.id, "BASIC")
    application = await submitted(await started(product, customer))
    await set_level(customer.id, "GOLD")
    offer = await offered(application)
    assert offer.fee_waiver_percent == 50
    assert (await signed(offer)).fees_waived == Decimal("30.01")


async def test_another_amount_has_its_share_waived(house):
    product, customer = house
    application = await submitted(await started(product, customer))
    await set_level(customer.id, "BASIC")
    await offered(application)
    manager, less = await make.manager_of(customer.id), Money(Decimal("3000.00"), "CNY")
    application = await Application.get(id=application.id)
    said = {"amount": less, "term": 6, "version": application.version}
    await decisions.counter_offer(manager, application_id=application.id, **said)
    loan = await signed(await Offer.get(is_current=True))
    assert (loan.fee_waiver_percent, loan.fees_waived) == (50, Decimal("15.00"))
    assert (await Disbursement.get()).amount == Decimal("2985.00")
    assert await verify() == []


async def test_a_loan_keeps_its_waiver_when_its_owner_falls_and_when_plans_change(house):
    product, customer = house
    loan = await make.loan(customer, amount="6001.00", product=product)
    await set_level(customer.id, "BASIC")
    basic, silver, gold = levels.LEVELS
    await levels.plan(basic, silver, gold, valid_from=make.TODAY + timedelta(days=1))
    await make.pass_until(make.TODAY + timedelta(days=40))
    assert (await Tier.get(code="GOLD")).fee_waiver_percent == 0
    kept = await Loan.get(id=loan.id)
    assert (kept.fee_waiver_percent, kept.fees_waived) == (50, Decimal("30.01"))
    assert await balance(AccountCode.FEE_INCOME) == Decimal("-30.00")
    assert await verify() == []


async def test_who_withdraws_gets_back_the_fee_that_he_paid_and_no_more(house):
    product, customer = house
    loan = await make.loan(customer, amount="6001.00", product=product)
    borrower = await make.viewer_of(customer.id)
    await make.pass_until(date(2026, 3, 30))
    asked = await prepayments.quote(borrower, loan_id=loan.id, effect=PrepaymentEffect.WITHDRAW)
    assert (asked.principal, asked.credit, asked.amount) == (
        Decimal("6001.00"),
        Decimal("30.00"),
        asked.principal + asked.interest - Decimal("30.00"),
    )
    undone = await prepayments.confirm(borrower, quote_id=asked.id, key="undo")
    assert undone.loan.status is LoanStatus.CANCELLED
    assert [await balance(code) for code in (AccountCode.LOANS_RECEIVABLE, AccountCode.FEE_INCOME)] == [0, 0]
    assert await balance(AccountCode.CUSTOMER_CREDIT) == 0
    assert await balance(AccountCode.CASH) == asked.interest
    assert await verify() == []


async def test_the_report_says_to_the_cent_what_fees_were_forgone(house):
    product, gold = house
    other, silver = await make.product(), await levels.member("SILVER")
    await levels.policy(other)
    for customer, lent_by, amount in (
        (gold, product, "6001.00"),
        (silver, product, "2000.00"),
        (gold, other, "1000.00"),
        (await make.customer(), product, "9000.00"),
    ):
        await make.loan(customer, amount=amount, product=lent_by)
    auditor = make.viewer(await make.staff(role=Role.AUDITOR))
    report = await rate_discounts.rate_discount_report(auditor, since=make.TODAY, until=make.TODAY)
    assert [
        (line.product.id, line.loans, line.principal, line.least_bp, line.forgone, line.loans_with_waiver)
        for line in report.lines
    ] == [(product.id, 0, 0, 0, 0, 2), (other.id, 1, Decimal("1000.00"), 20, Decimal("1.09"), 1)]
    assert [line.fees_forgone for line in report.lines] == [Decimal("35.01"), Decimal("5.00")]
    assert await balance(AccountCode.FEE_INCOME) == Decimal("40.01") - Decimal("180.01")
