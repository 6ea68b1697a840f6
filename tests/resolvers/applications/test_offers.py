import asyncio
import hashlib
from datetime import date, timedelta
from decimal import Decimal

import pytest

from jobs.verify import verify
from models import Application, Contract, CostDisclosure, Customer, Installment, Offer, ReferenceRate
from resolvers.applications.offers import accept_offer, expire_offers
from rules.applications.disclosures import OfferExpired
from rules.applications.kinds import DisclosureStep
from rules.applications.states import ApplicationStatus
from rules.errors import NotFound
from rules.people.kinds import Locale
from rules.products.kinds import DayCount, ExcessRule, Frequency, PayoffRule
from rules.products.quotes import DueDayFixed
from rules.states import NotPossibleNow
from tests import make
from tests.resolvers.applications.stories import desk, offered


@pytest.fixture
async def customer(db) -> Customer:
    return await make.customer(name="李小雨", identity_number="11010519491231002X")


async def nothing_accepted() -> bool:
    kept, offer = await Application.get(), await Offer.get()
    written = await Contract.exists() or await CostDisclosure.exists(step=DisclosureStep.SIGN)
    return kept.status is ApplicationStatus.OFFERED and offer.accepted_at is None and not written


async def test_accepting_writes_the_contract_and_discloses_the_cost_again(customer):
    offer = await offered(customer)
    viewer = make.viewer(customer)
    application = await accept_offer(viewer, offer.id)
    assert application.status is ApplicationStatus.ACCEPTED
    assert (await Offer.get()).accepted_at == viewer.now
    contract = await Contract.get()
    assert (contract.application_id, contract.customer_id) == (application.id, customer.id)
    assert hashlib.sha256(contract.text.encode()).hexdigest() == contract.text_hash
    disclosure = await CostDisclosure.get(step=DisclosureStep.SIGN)
    assert (disclosure.amount, disclosure.acknowledged_at) == (Decimal(120000), None)


@pytest.mark.parametrize("locale", Locale)
async def test_the_contract_names_the_parties_the_amount_and_the_costs_in_the_customers_language(customer, locale):
    offer = await offered(customer)
    await accept_offer(make.viewer(customer).speaking(locale), offer.id)
    contract = await Contract.get()
    assert contract.locale is locale
    for said in ("李小雨", "120,000.00", "10,237.19", "10,237.17", "4.35%"):
        assert said in contract.text
    assert "11010519491231002X" not in contract.text
    assert "{" not in contract.text


async def test_an_offer_holds_through_its_last_day(customer):
    offer = await offered(customer)
    await make.travel_to(offer.expires_on)
    assert (await accept_offer(make.viewer(customer), offer.id)).status is ApplicationStatus.ACCEPTED


async def test_the_day_after_it_is_refused(customer):
    offer = await offered(customer)
    await make.travel_to(offer.expires_on + timedelta(days=1))
    with pytest.raises(OfferExpired) as refused:
        await accept_offer(make.viewer(customer), offer.id)
    assert refused.value.expired_on == offer.expires_on
    assert await nothing_accepted()


async def test_an_offer_is_accepted_once(customer):
    offer = await offered(customer)
    await accept_offer(make.viewer(customer), offer.id)
    with pytest.raises(NotPossibleNow):
        await accept_offer(make.viewer(customer), offer.id)
    assert await Contract.all().count() == 1


async def test_accepted_five_times_at_once_it_is_accepted_once(customer):
    offer = await offered(customer)
    results = await asyncio.gather(
        *[accept_offer(make.viewer(customer), offer.id) for _ in range(5)], return_exceptions=True
    )
    assert sorted(type(result).__name__ for result in results) == ["Application", *["NotPossibleNow"] * 4]
    assert await Contract.all().count() == 1


async def test_nobody_accepts_for_somebody_else(customer):
    offer = await offered(customer)
    with pytest.raises(NotFound):
        await accept_offer(make.viewer(await make.customer()), offer.id)
    _, officer = await desk(customer)
    with pytest.raises(NotPossibleNow):
        await accept_offer(officer, offer.id)
    assert await nothing_accepted()


async def test_what_nobody_accepted_in_time_expires(customer):
    offer = await offered(customer)
    assert await expire_offers(make.system(), offer.expires_on) == 0
    day_after = offer.expires_on + timedelta(days=1)
    assert await expire_offers(make.system(), day_after) == 1
    assert (await Application.get()).status is ApplicationStatus.EXPIRED
    assert await expire_offers(make.system(), day_after) == 0


async def test_where_the_product_lets_him_the_customer_chooses_the_day_his_installments_are_due(db):
    product = await make.product(due_day_is_chosen=True)
    loan = await make.loan(term=3, product=product, due_day=31)
    assert loan.due_day == 31
    due = [row.due_on for row in await Installment.filter(loan_id=loan.id).order_by("number")]
    assert due == [date(2026, 4, 30), date(2026, 5, 31), date(2026, 6, 30)]
    assert await verify() == []


async def test_a_day_is_not_chosen_where_the_product_fixes_it(customer):
    offer = await offered(customer)
    with pytest.raises(DueDayFixed):
        await accept_offer(make.viewer(customer), offer.id, due_day=5)
    assert await nothing_accepted()


@pytest.mark.parametrize(
    ("terms", "said", "unsaid"),
    [
        ({}, ["fixed", "a twelfth of a year", "That is not charged", "no penalty interest"], ["reference", "withdraw"]),
        (
            make.EVERY_TERM,
            [
                "5.85% a year at first",
                "the reference rate LPR5Y plus 1.50%, and it follows that rate on each 1 January",
                "on day 5 of the month",
                "moves to the next business day",
                "a fee of up to 2.00% is asked for",
                "at 1.5 times the interest rate",
                "For 14 days after the payout you may withdraw",
            ],
            ["fixed", "no penalty interest", "at any time. That is not charged"],
        ),
        (
            {
                "frequency": Frequency.WEEKLY,
                "day_count": DayCount.ACT_365F,
                "excess": ExcessRule.REFUSED,
                "payoff": PayoffRule.TO_PERIOD_END,
                "grace_periods": 2,
                "allocation_order": "PRINCIPAL,INTEREST,COSTS,PENALTY",
            },
            [
                "12 weeks",
                "every 7 days",
                "365 days to every year",
                "cannot be paid ahead",
                "until the end of the period that runs",
                "In the first 2 periods less is asked for",
                "in each to principal, interest, costs and penalty interest",
            ],
            ["month", "pays the next installments"],
        ),
    ],
)
async def test_the_contract_says_what_its_terms_make_true(customer, terms, said, unsaid):
    async with make.unit():
        await ReferenceRate.create(code="LPR5Y", valid_from=make.TODAY, annual_rate=Decimal("0.0435"))
    offer = await offered(customer, **terms)
    await accept_offer(make.viewer(customer).speaking(Locale.EN), offer.id)
    text = " ".join((await Contract.get()).text.split())
    assert [each for each in said if each not in text] == []
    assert [each for each in unsaid if each in text] == []
    shown = " ".join((await CostDisclosure.get(step=DisclosureStep.SIGN)).text.split())
    costs = [each for each in said if "fee of up" in each or "times the interest" in each or "follows" in each]
    assert [each for each in costs if each not in shown] == []
