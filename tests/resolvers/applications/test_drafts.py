from datetime import date, timedelta
from decimal import Decimal

import pytest

from models import Application, CostDisclosure, Customer, Product, Viewer
from resolvers.applications.applications import start_application, submit_application, withdraw_application
from resolvers.applications.drafts import application_checklist, eligibility, save_application
from rules.applications.drafts import ApplicationPart, EmployedSinceInvalid, Employment, PartMissing
from rules.applications.kinds import DecisionReason, Purpose
from rules.applications.policies import Fact, PolicyOutcome, PolicyRule
from rules.applications.states import ApplicationStatus
from rules.errors import Conflict, NotFound
from rules.loans.repayments import CurrencyMismatch
from rules.money import Money
from rules.products.quotes import AmountNotWholeCents, AmountOutOfRange
from rules.states import NotPossibleNow
from tests import make
from tests.resolvers.applications.stories import submitted, yuan

SAID = {
    "monthly_income": yuan("9000.00"),
    "monthly_costs": yuan("3000.00"),
    "monthly_debts": yuan("500.00"),
    "employment": Employment.EMPLOYED,
    "employed_since": date(2020, 1, 1),
}
LOOKED_AT = (Fact.DEBT_SHARE, Fact.LEFT_TO_LIVE, Fact.MONTHS_EMPLOYED)


@pytest.fixture
async def customer(db) -> Customer:
    return await make.customer()


@pytest.fixture
async def me(customer) -> Viewer:
    return make.viewer(customer)


@pytest.fixture
async def product(db) -> Product:
    return await make.product()


@pytest.fixture
async def draft(me, product) -> Application:
    return await start_application(me, product.id, yuan("6000.00"), 12)


async def test_it_is_filled_in_part_by_part(me, draft):
    saved = draft
    for part, value in {**SAID, "purpose": Purpose.MEDICAL}.items():
        saved = await save_application(me, application_id=draft.id, version=saved.version, **{part: value})
    kept = await Application.get()
    assert kept.version == draft.version + 6
    assert (kept.monthly_income, kept.monthly_costs, kept.monthly_debts) == (9000, 3000, 500)
    assert (kept.employment, kept.employed_since, kept.purpose) == (
        Employment.EMPLOYED,
        date(2020, 1, 1),
        Purpose.MEDICAL,
    )
    assert (kept.amount, kept.term, await CostDisclosure.all().count()) == (6000, 12, 1)


async def test_another_amount_or_term_is_disclosed_anew(me, draft):
    saved = await save_application(me, application_id=draft.id, version=draft.version, amount=yuan("5000.00"))
    saved = await save_application(me, application_id=draft.id, version=saved.version, term=24)
    again = await save_application(me, application_id=draft.id, version=saved.version, term=24)
    assert (again.amount, again.term) == (5000, 24)
    assert await CostDisclosure.filter(is_current=True).count() == 1
    assert await CostDisclosure.all().count() == 3


async def test_what_cannot_be_is_refused_and_nothing_is_kept(me, draft):
    named = {"application_id": draft.id, "version": draft.version}
    other = make.viewer(await make.customer())
    before = await make.everything()
    for refusal, viewer, said in (
        (NotFound, other, {"purpose": Purpose.TRAVEL}),
        (CurrencyMismatch, me, {"monthly_income": Money(Decimal(9000), "EUR")}),
        (AmountNotWholeCents, me, {"monthly_income": yuan("9000.001")}),
        (AmountNotWholeCents, me, {"monthly_debts": yuan("NaN")}),
        (AmountOutOfRange, me, {"monthly_costs": yuan("-0.01")}),
        (AmountOutOfRange, me, {"monthly_income": yuan("10000000000000.00")}),
        (EmployedSinceInvalid, me, {"employed_since": make.TODAY + timedelta(days=1)}),
        (EmployedSinceInvalid, me, {"employed_since": date(1900, 1, 1)}),
        (AmountOutOfRange, me, {"amount": yuan("0.01")}),
        (Conflict, me, {"version": draft.version + 1}),
    ):
        with pytest.raises(refusal):
            await save_application(viewer, **named | said)
    assert await make.everything() == before
    gone = await withdraw_application(me, draft.id, draft.version)
    with pytest.raises(NotPossibleNow):
        await save_application(me, application_id=draft.id, version=gone.version, purpose=Purpose.TRAVEL)


async def test_the_next_one_begins_with_what_is_known(me, draft, product):
    await save_application(me, application_id=draft.id, version=draft.version, **SAID)
    again = await start_application(me, product.id, yuan("8000.00"), 6)
    assert (again.monthly_income, again.employment, again.purpose) == (9000, Employment.EMPLOYED, None)
    stranger = await start_application(make.viewer(await make.customer()), product.id, yuan("8000.00"), 6)
    assert stranger.monthly_income is None


async def test_the_checklist_names_what_the_policy_looks_at(me, draft, product):
    checklist = await application_checklist(me, application_id=draft.id)
    assert checklist.missing == (ApplicationPart.PURPOSE, ApplicationPart.DISCLOSURE)
    await make.policy(
        product,
        *(
            PolicyRule(fact, Decimal(-99999), None, PolicyOutcome.REFER, DecisionReason.AFFORDABLE)
            for fact in LOOKED_AT
        ),
        up_to="0.00",
    )
    checklist = await application_checklist(me, application_id=draft.id)
    assert checklist.missing == (
        ApplicationPart.PURPOSE,
        ApplicationPart.INCOME,
        ApplicationPart.COSTS,
        ApplicationPart.DEBTS,
        ApplicationPart.EMPLOYMENT,
        ApplicationPart.DISCLOSURE,
    )
    await make.acknowledge(me, draft)
    before = await make.everything()
    with pytest.raises(PartMissing) as refused:
        await submit_application(me, draft.id, Purpose.MEDICAL, draft.version)
    assert refused.value.part is ApplicationPart.INCOME
    assert await make.everything() == before
    saved = await save_application(me, application_id=draft.id, version=draft.version, purpose=Purpose.MEDICAL, **SAID)
    assert (await application_checklist(me, application_id=draft.id)).missing == ()
    handed_in = await submit_application(me, draft.id, Purpose.MEDICAL, saved.version)
    assert handed_in.status is ApplicationStatus.SUBMITTED
    with pytest.raises(NotFound):
        await application_checklist(make.viewer(await make.customer()), application_id=draft.id)


async def test_it_is_said_before_anything_is_asked_that_it_makes_no_sense(me, customer, product):
    asked = {"product_id": product.id, "amount": yuan("6000.00"), "term": 12}
    before = await make.everything()
    hope = await eligibility(me, **asked)
    assert (hope.is_possible, hope.obstacles, hope.needed) == (
        True,
        (),
        (ApplicationPart.PURPOSE, ApplicationPart.DISCLOSURE),
    )
    assert await make.everything() == before
    overdue = PolicyRule(Fact.DAYS_PAST_DUE, None, Decimal(7), PolicyOutcome.DECLINE, DecisionReason.HISTORY_OF_ARREARS)
    await make.policy(product, overdue)
    assert (await eligibility(me, **asked)).is_possible
    loan = await make.loan(customer, product=await make.product())
    await make.pass_until((await make.first_line(loan)).due_on + timedelta(days=8))
    no = await eligibility(make.viewer(customer), **asked)
    assert (no.is_possible, no.obstacles) == (False, (DecisionReason.HISTORY_OF_ARREARS,))
    with pytest.raises(AmountOutOfRange):
        await eligibility(me, **asked | {"amount": yuan("0.01")})


async def test_what_was_sent_back_is_corrected_in_the_same_way(customer):
    application = await submitted(customer)
    with pytest.raises(NotPossibleNow):
        await save_application(
            make.viewer(customer), application_id=application.id, version=application.version, purpose=Purpose.TRAVEL
        )
