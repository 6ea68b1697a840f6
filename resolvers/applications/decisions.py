"""Recommending and deciding: never one's own application, and never the same person twice."""

from datetime import date, timedelta

from models import (
    Application,
    Assessment,
    Correction,
    Customer,
    Decision,
    Evaluation,
    Offer,
    Policy,
    ProductVersion,
    Refinancing,
    Staff,
    Viewer,
)
from models.database import Unit, transaction
from notifications import outbox, words
from notifications.applications.applications import ApplicationDecided
from resolvers.applications.assignments import working_on
from resolvers.applications.evaluations import keep_evaluation, spread_for
from resolvers.applications.parties import tell_amount
from resolvers.applications.steps import keep, lock_version, move, take_into_review
from resolvers.loans.refinancings import refinanced_by
from resolvers.loyalty import benefits
from resolvers.people.staff import accounts_of
from resolvers.products import quotes
from resolvers.products.terms import fees_of, rate_of
from rules.applications.decisions import (
    AUTOMATIC_DAYS,
    LOOKED_AT_AGAIN_DAYS,
    OFFER_DAYS,
    check_decider,
    check_reason_of,
)
from rules.applications.kinds import DecisionReason, Outcome
from rules.applications.numbers import application_number
from rules.applications.policies import Evaluated, PolicyOutcome
from rules.applications.states import FILLED_IN, WORKED_ON, ApplicationStatus
from rules.applications.steps import BY_PEOPLE
from rules.errors import NotFound
from rules.money import ZERO, Money
from rules.people.access import Role
from rules.products.quotes import AmountOutOfRange, CostTooHigh, Figures
from rules.products.repricing import BASIS_POINT
from rules.states import NotPossibleNow


async def recommend_application(
    viewer: Viewer, application_id: int, outcome: Outcome, comment: str, version: int
) -> Application:
    """Tell whoever decides what to decide; the application is in review from then on.

    Raises `NotFound`, `Conflict`, `NotPossibleNow`, `WithColleague`, `OwnApplication`, `SkillMissing`.
    """
    async with transaction(viewer, "recommend_application"):
        application = await lock_version(viewer, application_id, version)
        staff = await working_on(viewer, application)
        take_into_review(application, viewer.role)
        await Assessment.create(
            customer_id=application.customer_id,
            application_id=application.id,
            staff_id=staff.id,
            outcome=outcome,
            comment=comment,
        )
        await keep(application)
        return application


async def decide_application(
    viewer: Viewer,
    application_id: int,
    outcome: Outcome,
    reason: DecisionReason,
    version: int,
    amount: Money | None = None,
) -> Application:
    """Decline, or approve and offer the amount asked for; `amount` offers less, in the same currency.

    Raises `NotFound`, `Conflict`, `NotPossibleNow`, `WithColleague`, `OwnApplication`, `SkillMissing`, `SamePerson`, `NotRecommended` where it settles
    an older loan, `AboveLimit`, and for an amount that cannot be offered `AmountOutOfRange`, `AmountNotWholeCents`,
    `CurrencyMismatch`, `CostTooHigh`; `ReasonContradicts`; for one that settles an older loan `NotRefinanceable`,
    `RefinancingTooSmall`.
    """
    check_reason_of(outcome, reason)
    async with transaction(viewer, "decide_application") as unit:
        application = await lock_version(viewer, application_id, version)
        staff = await working_on(viewer, application)
        take_into_review(application, viewer.role)
        asked = Money(application.amount, application.currency)
        await _check_decider(application, staff, await accounts_of(viewer), outcome, asked)
        figures = None
        if outcome is Outcome.APPROVE:
            figures = await _figures(application, amount or asked, application.term, unit.today)
            if figures.amount > asked.amount:
                terms = await ProductVersion.get(id=application.product_version_id)
                raise AmountOutOfRange(minimum=Money(terms.min_amount, asked.currency), maximum=asked)
        await _decide(unit, application, figures, reason, viewer.role, staff=staff)
        return application


async def decide_by_policy(unit: Unit, application: Application) -> None:
    """Decide what was handed in, where the policy does; what a person was asked for, or has looked at, waits for one."""
    version = await ProductVersion.get(id=application.product_version_id)
    judged = await keep_evaluation(unit, application, version)
    if judged is None or application.wants_person or application.skill in BY_PEOPLE:
        return
    if application.assignee_id is not None or await Correction.exists(application_id=application.id):
        return  # Somebody has begun to look at it.
    policy, evaluated = judged
    if evaluated.outcome is PolicyOutcome.REFER or await _is_for_a_person(unit, application, policy, evaluated):
        return
    figures = None
    if evaluated.outcome is PolicyOutcome.APPROVE:
        asked = Money(application.amount, application.currency)
        try:
            figures = await _figures(application, asked, application.term, unit.today)
        except CostTooHigh:  # At the policy's price: a person finds another way.
            return
    take_into_review(application, Role.SYSTEM)
    await _decide(unit, application, figures, evaluated.reason, Role.SYSTEM, policy=policy)


async def _is_for_a_person(unit: Unit, application: Application, policy: Policy, evaluated: Evaluated) -> bool:
    """Say whether a policy that would approve leaves it to a person all the same.

    Its bound is for all that policies approved of a customer lately, and what a person declined lately is a person's.
    """
    if evaluated.outcome is not PolicyOutcome.APPROVE:
        return False
    lately = Decision.filter(
        customer_id=application.customer_id,
        is_current=True,
        created_at__gt=unit.now - timedelta(days=AUTOMATIC_DAYS),
    ).exclude(application_id=application.id)
    if await lately.filter(outcome=Outcome.DECLINE, staff_id__isnull=False).exists():
        return True
    given_up = [ApplicationStatus.WITHDRAWN, ApplicationStatus.EXPIRED]
    approved = lately.filter(outcome=Outcome.APPROVE, policy__currency=policy.currency)
    counting = await approved.exclude(application__status__in=given_up).prefetch_related("application")
    total = sum((each.application.amount for each in counting), application.amount)
    return total > policy.automatic_up_to


async def ask_for_person(viewer: Viewer, *, application_id: int, version: int) -> Application:
    """Have a person decide: from now on, or again, where a policy declined by itself in the last 30 days.

    Raises `NotFound`, `Conflict`, `NotPossibleNow`.
    """
    async with transaction(viewer, "ask_for_person") as unit:
        application = await lock_version(viewer, application_id, version)
        if application.customer_id != viewer.customer_id:
            raise NotFound
        if application.status is ApplicationStatus.DECLINED:
            await _set_aside(application, unit)
            move(application, ApplicationStatus.SUBMITTED, viewer.role)
        elif application.status not in FILLED_IN + WORKED_ON:
            raise NotPossibleNow(current=application.status)
        elif application.wants_person:
            return application
        application.wants_person = True
        await keep(application, "wants_person")
        return application


async def _set_aside(application: Application, unit: Unit) -> None:
    """Keep a policy's decision as one that holds no longer. Raises `NotPossibleNow` for a person's, or an old one."""
    decision = await Decision.get(application_id=application.id, is_current=True)
    if decision.policy_id is None or unit.now > decision.created_at + timedelta(days=LOOKED_AT_AGAIN_DAYS):
        raise NotPossibleNow(current=application.status)
    decision.is_current = False
    await decision.save(update_fields=["is_current"])


async def counter_offer(viewer: Viewer, *, application_id: int, amount: Money, term: int, version: int) -> Application:
    """Offer another amount or term in the place of an offer that was not accepted.

    Raises `NotFound`, `Conflict`, `NotPossibleNow`, `WithColleague`, `OwnApplication`, `SkillMissing`, `SamePerson`, `NotRecommended`,
    `AboveLimit`, and as `quote` does.
    """
    async with transaction(viewer, "counter_offer") as unit:
        application = await lock_version(viewer, application_id, version)
        staff = await working_on(viewer, application)
        move(application, ApplicationStatus.OFFERED, viewer.role)
        if not await Offer.exists(application_id=application.id, is_current=True, expires_on__gte=unit.today):
            raise NotPossibleNow(current=ApplicationStatus.EXPIRED)  # Before the night says so.
        await _check_decider(application, staff, await accounts_of(viewer), Outcome.APPROVE, amount)
        figures = await _figures(application, amount, term, unit.today)
        await Offer.filter(application_id=application.id, is_current=True).update(is_current=False)
        await _offer(application, figures, unit.today)
        await keep(application)
        await _tell(application)
        return application


async def _decide(
    unit: Unit,
    application: Application,
    figures: Figures | None,
    reason: DecisionReason,
    role: Role,
    *,
    staff: Staff | None = None,
    policy: Policy | None = None,
) -> None:
    """Keep what a member of staff or a policy decided, and offer the loan where there are figures of one."""
    customer = await Customer.get(id=application.customer_id)
    await Decision.create(
        customer_id=application.customer_id,
        application_id=application.id,
        outcome=Outcome.DECLINE if figures is None else Outcome.APPROVE,
        reason=reason,
        explanation=words.say(f"label.DecisionReason.{reason.name}", customer.language),
        decided_on=unit.today,
        staff_id=None if staff is None else staff.id,
        policy_id=None if policy is None else policy.id,
        decided_by=words.say("decision.by_policy", customer.language) if staff is None else staff.name,
    )
    if figures is None:
        move(application, ApplicationStatus.DECLINED, role)
    else:
        move(application, ApplicationStatus.APPROVED, role)
        await _offer(application, figures, unit.today)
        move(application, ApplicationStatus.OFFERED, role)
    await keep(application)
    await _tell(application)


async def _tell(application: Application) -> None:
    number = application_number(application.id, application.created_at)
    await outbox.record(
        ApplicationDecided(customer_id=application.customer_id, application_id=application.id, number=number)
    )


async def _check_decider(
    application: Application, staff: Staff, accounts: list[int], outcome: Outcome, amount: Money
) -> None:
    """The limit is held against the larger of what was asked for and this; one in another currency lets nothing through."""
    by_two = outcome is Outcome.APPROVE and await Refinancing.exists(application_id=application.id)
    corrected = await Correction.filter(application_id=application.id).order_by("-id").first()
    assessed = Assessment.filter(application_id=application.id).order_by("id")
    if corrected is not None:
        assessed = assessed.filter(created_at__gt=corrected.created_at)
    last_of = {each.staff_id: each.outcome async for each in assessed}
    limit = staff.decision_limit
    if limit is not None and staff.currency != application.currency:
        limit = ZERO
    check_decider(
        staff.role,
        limit,
        max(application.amount, amount.amount),
        application.currency,
        recommended_by_him=await Assessment.exists(application_id=application.id, staff_id__in=accounts),
        lacks_recommendation=by_two and Outcome.APPROVE not in last_of.values(),
    )


async def _figures(application: Application, amount: Money, term: int, today: date) -> Figures:
    """Reckon what would be offered, at the rate of today, the policy's price on top, the discount and what is waived taken off.

    Raises as `quote` does, and for what settles an older loan `NotRefinanceable`, `RefinancingTooSmall`.
    """
    version = await ProductVersion.get(id=application.product_version_id)
    fees = await fees_of(version)
    evaluation = await Evaluation.filter(application_id=application.id).order_by("-id").first()
    spread_bp = 0 if evaluation is None else await spread_for(evaluation, amount.amount, term)
    rate = max(ZERO, await rate_of(version, today) + spread_bp * BASIS_POINT)
    perks = await benefits.perks_for(application, version.product_id, today)
    figures = await quotes.reckon(version, fees, amount, term, today, annual_rate=rate, perks=perks)
    await benefits.promise(application, figures)
    await refinanced_by(application, figures.received, today)
    return figures


async def _offer(application: Application, figures: Figures, today: date) -> None:
    await tell_amount(application, figures.amount)
    await Offer.create(
        customer_id=application.customer_id,
        application_id=application.id,
        amount=figures.amount,
        currency=figures.currency,
        term=figures.term,
        annual_rate=figures.annual_rate,
        rate_discount_bp=figures.discount_bp,
        fee_waiver_percent=figures.fee_waiver_percent,
        expires_on=today + timedelta(days=OFFER_DAYS),
    )
