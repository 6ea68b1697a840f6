import asyncio
from datetime import timedelta
from decimal import Decimal

import pytest

from jobs.verify import verify
from models import (
    Application,
    AuditEntry,
    Customer,
    Decision,
    EvaluatedFact,
    Evaluation,
    Loan,
    Offer,
    OutboxEvent,
    Policy,
    Product,
    ProductVersion,
    Viewer,
)
from resolvers.applications.applications import start_application, submit_application, withdraw_application
from resolvers.applications.corrections import return_application
from resolvers.applications.decisions import ask_for_person, counter_offer, decide_application
from resolvers.applications.drafts import save_application
from resolvers.applications.offers import accept_offer
from resolvers.applications.policies import approve_policy, decline_policy, policy_dry_run, propose_policy
from rules.applications.decisions import AboveLimit, OwnApplication
from rules.applications.drafts import Employment
from rules.applications.kinds import DecisionReason, Outcome, Purpose
from rules.applications.policies import (
    Fact,
    PolicyContradicts,
    PolicyDateNotAllowed,
    PolicyGap,
    PolicyOutcome,
    PolicyRule,
    PriceBand,
)
from rules.applications.states import ApplicationStatus
from rules.applications.steps import Skill
from rules.errors import NotFound
from rules.loans.repayments import CurrencyMismatch
from rules.money import Money
from rules.people.access import PartyRole, Role
from rules.people.kinds import Locale
from rules.people.staff import SamePerson
from rules.products.kinds import Frequency
from rules.products.quotes import AmountNotWholeCents, AmountOutOfRange
from rules.products.states import ProposalStatus
from rules.states import NotPossibleNow
from tests import make
from tests.resolvers.applications.stories import desk, yuan

POOR = PolicyRule(Fact.MONTHLY_INCOME, Decimal(3000), None, PolicyOutcome.DECLINE, DecisionReason.INCOME_TOO_LOW)
INDEBTED = PolicyRule(Fact.DEBT_SHARE, None, Decimal("0.50"), PolicyOutcome.REFER, DecisionReason.TOO_MUCH_DEBT)
STATED = {"monthly_debts": yuan("0.00"), "employment": Employment.RETIRED}


@pytest.fixture
async def product(db) -> Product:
    return await make.product(max_annual_cost=None)


@pytest.fixture
async def customer(db) -> Customer:
    return await make.customer()


@pytest.fixture
async def me(customer) -> Viewer:
    return make.viewer(customer)


async def handed_in(me: Viewer, product: Product, income: str, amount: str = "6000.00") -> Application:
    draft = await start_application(me, product.id, yuan(amount), 12)
    await make.acknowledge(me, draft)
    saved = await save_application(
        me, application_id=draft.id, version=draft.version, monthly_income=yuan(income), **STATED
    )
    return await submit_application(me, draft.id, Purpose.MEDICAL, saved.version)


async def test_within_its_bounds_a_policy_offers_the_loan_at_once(me, product):
    await make.policy(product, POOR, INDEBTED)
    application = await handed_in(me, product, "9000.00")
    assert application.status is ApplicationStatus.OFFERED
    decision = await Decision.get()
    assert (decision.outcome, decision.staff_id, decision.policy_id) == (
        Outcome.APPROVE,
        None,
        (await Policy.get()).id,
    )
    assert (decision.decided_by, decision.explanation) == ("系统自动审批", "您的收入足以承担每期还款。")
    offer = await Offer.get()
    assert (offer.amount, offer.term, offer.annual_rate) == (6000, 12, (await ProductVersion.get()).annual_rate)
    assert await OutboxEvent.filter(kind="ApplicationDecided").count() == 1
    facts = {row.fact: row.value for row in await EvaluatedFact.all()}
    share = facts[Fact.DEBT_SHARE]
    assert Decimal("0.05") < share < Decimal("0.07")
    assert (facts[Fact.AMOUNT], facts[Fact.EXPOSURE], facts[Fact.OPEN_LOANS]) == (6000, 6000, 0)
    assert Fact.LEFT_TO_LIVE not in facts
    accepted = await accept_offer(me, offer.id)
    assert accepted.status is ApplicationStatus.ACCEPTED
    assert await verify() == []


async def test_a_loan_that_waits_for_its_payout_counts_and_weekly_lines_count_by_the_month(me, customer, product):
    weekly = await make.product(max_annual_cost=None, frequency=Frequency.WEEKLY)
    waiting = await make.waiting_loan(customer, amount="5000.00", term=12, product=weekly)
    await make.policy(product, POOR, INDEBTED)
    await handed_in(me, product, "9000.00")
    facts = {row.fact: row.value for row in await EvaluatedFact.all()}
    assert (facts[Fact.EXPOSURE], facts[Fact.OPEN_LOANS]) == (6000 + waiting.principal, 1)
    assert Decimal("0.25") < facts[Fact.DEBT_SHARE] < Decimal("0.27"), "5,000 in 12 weeks, 6,000 in 12 months, of 9,000"


async def test_what_is_owed_along_with_others_counts_and_in_another_currency_is_not_known(me, customer, product):
    theirs = await make.loan(amount="5000.00", product=product)
    await make.party(theirs, customer, PartyRole.CO_BORROWER)
    answered_for = await make.loan(product=product)
    await make.party(answered_for, customer, PartyRole.GUARANTOR)
    await make.policy(product, LENT_ENOUGH)
    assert (await handed_in(me, product, "9000.00")).status is ApplicationStatus.DECLINED
    facts = {row.fact: row.value for row in await EvaluatedFact.all()}
    assert (facts[Fact.EXPOSURE], facts[Fact.OPEN_LOANS]) == (6000 + theirs.outstanding, 1)
    await Loan.filter(id=theirs.id).update(currency="USD")
    await handed_in(me, product, "9000.00")
    latest = await Evaluation.all().order_by("-id").first()
    facts = {row.fact: row.value async for row in EvaluatedFact.filter(evaluation_id=latest.id)}
    assert (Fact.EXPOSURE in facts, Fact.DEBT_SHARE in facts, facts[Fact.OPEN_LOANS]) == (False, False, 1)
    assert latest.outcome is PolicyOutcome.REFER


async def test_the_bound_is_for_all_that_policies_approved_of_somebody_lately(me, product):
    await make.policy(product, up_to="10000.00")
    first = await handed_in(me, product, "9000.00")
    assert first.status is ApplicationStatus.OFFERED
    assert (await handed_in(me, product, "9000.00")).status is ApplicationStatus.SUBMITTED
    await withdraw_application(me, first.id, first.version)
    assert (await handed_in(me, product, "9000.00")).status is ApplicationStatus.OFFERED


async def test_what_a_person_declined_lately_no_policy_approves(me, customer, product):
    first = await handed_in(me, product, "9000.00")
    _, officer = await desk(customer)
    verdict = (Outcome.DECLINE, DecisionReason.INFORMATION_UNVERIFIED)
    await decide_application(officer, first.id, *verdict, first.version)
    await make.policy(product)
    assert (await handed_in(me, product, "9000.00")).status is ApplicationStatus.SUBMITTED
    make.clock.moment += timedelta(days=31)
    assert (await handed_in(me, product, "9000.00")).status is ApplicationStatus.OFFERED


async def test_a_policy_of_another_currency_holds_for_nothing(me, product):
    await make.policy(product)
    await Policy.all().update(currency="USD")
    assert (await handed_in(me, product, "9000.00")).status is ApplicationStatus.SUBMITTED


async def test_of_two_for_one_day_the_one_approved_last_holds(me, product):
    first, second = await make.two_managers()
    terms = {"product_id": product.id, "valid_from": make.TODAY, "rules": []}
    strict = await propose_policy(first, automatic_up_to=yuan("0.00"), **terms)
    lax = await propose_policy(first, automatic_up_to=yuan("50000.00"), **terms)
    await approve_policy(second, policy_id=lax.id)
    make.clock.moment += timedelta(minutes=1)
    await approve_policy(second, policy_id=strict.id)
    assert (await handed_in(me, product, "9000.00")).status is ApplicationStatus.SUBMITTED


async def test_the_price_is_that_of_what_is_offered(me, customer, product):
    bands = [PriceBand(None, Decimal(10_000), 0), PriceBand(Decimal(10_000), None, 500)]
    await make.policy(product, up_to="0.00", price_fact=Fact.AMOUNT, bands=bands)
    application = await handed_in(me, product, "9000.00")
    _, officer = await desk(customer)
    verdict = (Outcome.APPROVE, DecisionReason.AFFORDABLE)
    application = await decide_application(officer, application.id, *verdict, application.version)
    rate = (await Offer.get()).annual_rate
    offering = {"application_id": application.id, "amount": yuan("12000.00"), "term": 12}
    await counter_offer(officer, version=application.version, **offering)
    assert (await Offer.get(is_current=True)).annual_rate == rate + Decimal("0.05")


LENT_ENOUGH = PolicyRule(Fact.EXPOSURE, None, Decimal(9000), PolicyOutcome.DECLINE, DecisionReason.TOO_MUCH_DEBT)


async def test_what_was_offered_before_counts_until_it_is_over(me, product):
    await make.policy(product, POOR, LENT_ENOUGH)
    first = await handed_in(me, product, "9000.00")
    assert first.status is ApplicationStatus.OFFERED
    assert (await handed_in(me, product, "9000.00")).status is ApplicationStatus.DECLINED
    offer = await Offer.get(application_id=first.id)
    await accept_offer(me, offer.id)
    assert (await handed_in(me, product, "9000.00")).status is ApplicationStatus.DECLINED
    latest = await Evaluation.all().order_by("-id").first()
    facts = {row.fact: row.value async for row in EvaluatedFact.filter(evaluation_id=latest.id)}
    assert (facts[Fact.EXPOSURE], facts[Fact.OPEN_LOANS]) == (12_000, 1)
    assert facts[Fact.DEBT_SHARE] > Decimal("0.11"), "two loans of 6,000 in 12 months, of 9,000 a month"
    await make.travel_to(offer.expires_on + timedelta(days=1))
    assert (await handed_in(me, product, "9000.00")).status is ApplicationStatus.OFFERED


@pytest.mark.parametrize("number", range(3))
async def test_of_two_handed_in_at_once_the_policy_sees_the_other(me, product, number):
    await make.policy(product, POOR, LENT_ENOUGH)
    drafts = []
    for _ in range(2):
        draft = await start_application(me, product.id, yuan("6000.00"), 12)
        await make.acknowledge(me, draft)
        drafts.append(
            await save_application(
                me, application_id=draft.id, version=draft.version, monthly_income=yuan("9000.00"), **STATED
            )
        )
    answers = await asyncio.gather(
        *(submit_application(me, draft.id, Purpose.MEDICAL, draft.version) for draft in drafts)
    )
    assert sorted(answer.status for answer in answers) == [ApplicationStatus.DECLINED, ApplicationStatus.OFFERED]


async def test_what_it_knocks_out_is_declined_with_its_reason_and_looked_at_by_a_person_who_asks(me, customer, product):
    await make.policy(product, POOR, INDEBTED)
    application = await handed_in(me, product, "2000.00")
    assert application.status is ApplicationStatus.DECLINED
    automatic = await Decision.get()
    assert (automatic.reason, automatic.explanation) == (
        DecisionReason.INCOME_TOO_LOW,
        "每期还款占您收入的比例过高。",
    )
    asked = await ask_for_person(me, application_id=application.id, version=application.version)
    assert (asked.status, asked.wants_person) == (ApplicationStatus.SUBMITTED, True)
    assert not (await Decision.get()).is_current
    _, officer = await desk(customer)
    decided = await decide_application(
        officer, application.id, Outcome.APPROVE, DecisionReason.GOOD_HISTORY, asked.version
    )
    assert decided.status is ApplicationStatus.OFFERED
    assert await Decision.all().order_by("id").values_list("is_current", flat=True) == [False, True]


async def test_what_a_person_declined_or_a_policy_long_ago_is_not_looked_at_again(me, customer, product):
    await make.policy(product, POOR)
    automatic, by_hand = [await handed_in(me, product, income) for income in ("2000.00", "9000.00")]
    _, officer = await desk(customer)
    with pytest.raises(NotPossibleNow):
        await ask_for_person(me, application_id=by_hand.id, version=by_hand.version)
    with pytest.raises(NotFound):
        await ask_for_person(officer, application_id=automatic.id, version=automatic.version)
    me.clock.moment += timedelta(days=30, seconds=1)
    before = await make.everything()
    with pytest.raises(NotPossibleNow):
        await ask_for_person(me, application_id=automatic.id, version=automatic.version)
    assert await make.everything() == before


async def test_a_person_decides_what_it_refers_or_does_not_know_or_who_asks_for_one(me, customer, product):
    await make.policy(product, POOR, INDEBTED, up_to="50000.00")
    referred = await handed_in(me, product, "3000.00", "30000.00")
    assert (referred.status, (await Evaluation.all().order_by("-id").first()).rule_number) == (
        ApplicationStatus.SUBMITTED,
        2,
    )
    large = await handed_in(me, product, "90000.00", "50000.01")
    assert large.status is ApplicationStatus.SUBMITTED
    draft = await start_application(me, product.id, yuan("6000.00"), 12)
    draft = await ask_for_person(me, application_id=draft.id, version=draft.version)
    await make.acknowledge(me, draft)
    draft = await save_application(
        me, application_id=draft.id, version=draft.version, monthly_income=yuan("90000.00"), **STATED
    )
    wished = await submit_application(me, draft.id, Purpose.MEDICAL, draft.version)
    assert wished.status is ApplicationStatus.SUBMITTED
    assert await Decision.all().count() == 0


async def test_what_somebody_has_begun_to_look_at_he_decides(me, customer, product):
    await make.policy(product, POOR, up_to="0.00")
    _, officer = await desk(customer)
    application = await handed_in(me, product, "9000.00")
    sent_back = await return_application(
        officer, application_id=application.id, reason="Which employer?", version=application.version
    )
    await make.policy(product, POOR)
    again = await submit_application(me, application.id, Purpose.MEDICAL, sent_back.version)
    assert (again.status, await Decision.all().count()) == (ApplicationStatus.SUBMITTED, 0)
    assert (await Evaluation.all().order_by("-id").first()).outcome is PolicyOutcome.APPROVE


@pytest.mark.parametrize(("spread", "income"), [(-50, "90000.00"), (0, "9000.00"), (100, "3000.00")])
async def test_its_price_holds_for_whoever_decides(me, customer, product, spread, income):
    bands = [
        PriceBand(None, Decimal("0.05"), -50),
        PriceBand(Decimal("0.05"), Decimal("0.10"), 0),
        PriceBand(Decimal("0.10"), None, 100),
    ]
    await make.policy(product, price_fact=Fact.DEBT_SHARE, bands=bands, up_to="0.00")
    application = await handed_in(me, product, income)
    _, officer = await desk(customer)
    await decide_application(officer, application.id, Outcome.APPROVE, DecisionReason.AFFORDABLE, application.version)
    base = (await ProductVersion.get()).annual_rate
    assert (await Offer.get()).annual_rate == base + Decimal(spread) / 10_000


async def test_a_price_above_the_products_cap_leaves_it_to_a_person(me, db):
    product = await make.product(fees=[], max_annual_cost=Decimal("0.1500"))
    assert (await ProductVersion.get()).annual_rate <= Decimal("0.1500")
    await make.policy(product, price_fact=Fact.AMOUNT, bands=[PriceBand(None, None, 2000)])
    assert (await handed_in(me, product, "9000.00")).status is ApplicationStatus.SUBMITTED


async def test_two_people_make_a_policy(product):
    first, second = await make.two_managers()
    terms = {"product_id": product.id, "valid_from": make.TODAY, "automatic_up_to": yuan("50000.00"), "rules": [POOR]}
    before = await make.everything()
    for refusal, changes in (
        (PolicyDateNotAllowed, {"valid_from": make.TODAY - timedelta(days=1)}),
        (NotFound, {"product_id": 999}),
        (CurrencyMismatch, {"automatic_up_to": Money(Decimal(1), "EUR")}),
        (AmountOutOfRange, {"automatic_up_to": yuan("-1.00")}),
        (AmountNotWholeCents, {"automatic_up_to": yuan("0.001")}),
        (PolicyGap, {"price_fact": Fact.AGE, "bands": [PriceBand(None, Decimal(30), 0)]}),
        (PolicyContradicts, {"rules": [PolicyRule(Fact.AGE, None, None, PolicyOutcome.REFER, POOR.reason)]}),
    ):
        with pytest.raises(refusal):
            await propose_policy(first, **terms | changes)
    assert await make.everything() == before
    proposed = await propose_policy(first, **terms)
    before = await make.everything()
    with pytest.raises(SamePerson):
        await approve_policy(first, policy_id=proposed.id)
    assert await make.everything() == before
    approved = await approve_policy(second, policy_id=proposed.id)
    assert (approved.status, approved.decided_by_id) == (ProposalStatus.APPROVED, second.staff_id)
    with pytest.raises(NotPossibleNow):
        await decline_policy(second, policy_id=proposed.id)
    other = await propose_policy(first, **terms)
    assert ((await decline_policy(second, policy_id=other.id)).status, other.number) == (ProposalStatus.DECLINED, 2)


async def test_what_is_proposed_or_to_come_decides_nothing_and_the_latest_holds(me, product):
    first, second = await make.two_managers()
    terms = {"product_id": product.id, "automatic_up_to": yuan("50000.00"), "rules": []}
    await propose_policy(first, valid_from=make.TODAY, **terms)
    later = await propose_policy(first, valid_from=make.TODAY + timedelta(days=1), **terms)
    await approve_policy(second, policy_id=later.id)
    assert (await handed_in(me, product, "9000.00")).status is ApplicationStatus.SUBMITTED
    assert (await Evaluation.get()).policy_id is None
    await make.travel_to(make.TODAY + timedelta(days=1))
    assert (await handed_in(make.viewer(await make.customer()), product, "9000.00")).status is ApplicationStatus.OFFERED
    await make.policy(product, POOR, up_to="0.00")
    assert (
        await handed_in(make.viewer(await make.customer()), product, "9000.00")
    ).status is ApplicationStatus.SUBMITTED


async def test_a_dry_run_says_what_would_have_been_and_writes_nothing(customer, me, product):
    good, poor = (Outcome.APPROVE, DecisionReason.GOOD_HISTORY), (Outcome.DECLINE, DecisionReason.INCOME_TOO_LOW)
    decided = {"2000.00": good, "2500.00": poor, "9000.00": good}
    _, officer = await desk(customer)
    for income, verdict in decided.items():
        application = await handed_in(me, product, income)
        await decide_application(officer, application.id, *verdict, application.version)
    await handed_in(me, product, "9000.00")
    manager = await make.manager_of(customer.id)
    elsewhere = await make.signed_in(await make.staff(role=Role.MANAGER, branches=[await make.branch()]))
    proposed = await propose_policy(
        manager, product_id=product.id, valid_from=make.TODAY, automatic_up_to=yuan("50000.00"), rules=[POOR]
    )
    span = {"policy_id": proposed.id, "since": make.TODAY, "until": make.TODAY}
    before = await make.everything()
    run = await policy_dry_run(manager, **span)
    assert (run.applications, run.approved, run.declined, run.referred, run.differing) == (4, 2, 2, 0, 1)
    (case,) = run.examples
    assert (case.decided, case.would, case.rule_number) == (Outcome.APPROVE, PolicyOutcome.DECLINE, 1)
    assert (await policy_dry_run(elsewhere, **span)).applications == 0
    past = {"since": make.TODAY - timedelta(days=9), "until": make.TODAY - timedelta(days=1)}
    assert (await policy_dry_run(manager, **span | past)).applications == 0
    assert await make.everything() == before
    with pytest.raises(NotFound):
        await policy_dry_run(manager, **span | {"policy_id": 999})
    last = await Application.all().order_by("-id").first()
    await Application.filter(id=last.id).update(skill=Skill.SEVERAL_PARTIES)
    run = await policy_dry_run(manager, **span)
    assert (run.approved, run.referred) == (1, 1), "no policy decides what several sign"


async def test_a_counter_offer_takes_the_place_of_the_offer_which_is_kept(me, customer, product):
    application = await handed_in(me, product, "9000.00", "30000.00")
    staff, officer = await desk(customer, decision_limit=Decimal(40_000))
    decided = await decide_application(
        officer, application.id, Outcome.APPROVE, DecisionReason.AFFORDABLE, application.version, yuan("20000.00")
    )
    first = await Offer.get()
    himself = (await desk(customer, customer_id=customer.id))[1]
    named = {"application_id": application.id, "version": decided.version, "term": 24}
    before = await make.everything()
    for refusal, viewer, amount in (
        (AboveLimit, officer, "40000.01"),
        (OwnApplication, himself, "25000.00"),
        (AmountOutOfRange, officer, "0.01"),
    ):
        with pytest.raises(refusal):
            await counter_offer(viewer, amount=yuan(amount), **named)
    assert await make.everything() == before
    await counter_offer(officer, amount=yuan("25000.00"), **named)
    second = await Offer.get(is_current=True)
    assert (second.amount, second.term, (await Offer.get(id=first.id)).amount) == (25_000, 24, 20_000)
    with pytest.raises(NotPossibleNow):
        await accept_offer(me, first.id)
    accepted = await accept_offer(me, second.id)
    assert accepted.status is ApplicationStatus.ACCEPTED
    with pytest.raises(NotPossibleNow):
        await counter_offer(officer, amount=yuan("25000.00"), **named | {"version": accepted.version})
    assert await AuditEntry.filter(operation="counter_offer", actor=f"S{staff.id}").count() == 1


async def test_an_offer_whose_day_is_over_is_not_revived_before_the_night_says_so(me, customer, product):
    application = await handed_in(me, product, "9000.00")
    _, officer = await desk(customer)
    verdict = (Outcome.APPROVE, DecisionReason.AFFORDABLE)
    application = await decide_application(officer, application.id, *verdict, application.version)
    offer = await Offer.get()
    await make.travel_to(offer.expires_on + timedelta(days=1))
    before = await make.everything()
    offering = {"application_id": application.id, "amount": yuan("5000.00"), "term": 12}
    with pytest.raises(NotPossibleNow):
        await counter_offer(officer, version=application.version, **offering)
    assert await make.everything() == before


async def test_who_reads_english_is_told_in_english(product):
    await make.policy(product, POOR)
    me = make.viewer(await make.customer(locale=Locale.EN))
    await handed_in(me, product, "2000.00")
    decision = await Decision.get()
    assert (decision.decided_by, decision.explanation) == (
        "Decided without a person",
        "The installments would take too much of your income.",
    )
