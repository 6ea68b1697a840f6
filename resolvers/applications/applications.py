"""Applications: starting, submitting, taking back."""

from datetime import date, timedelta
from typing import Any

from models import (
    Application,
    Branch,
    CostDisclosure,
    Customer,
    Loan,
    ProductVersion,
    Quote,
    Refinancing,
    Viewer,
)
from models.database import locked, transaction
from notifications import configured, outbox
from notifications.applications.applications import ApplicationSubmitted
from resolvers.applications.decisions import decide_by_policy
from resolvers.applications.disclosures import disclose, disclose_anew, is_acknowledged
from resolvers.applications.evaluations import missing_of
from resolvers.applications.steps import begin_step, keep, lock_version, move, skill_of
from resolvers.loans.refinancings import refinanced_by
from resolvers.loyalty import benefits, referral_checks
from resolvers.people.customers import lock_customer
from resolvers.products import quotes
from resolvers.products.terms import fee_terms, fees_of, rate_of
from rules.applications.disclosures import DisclosureNotAcknowledged, IdentityMissing
from rules.applications.drafts import TERMS_KEPT_DAYS, PartMissing, TermsOver, check_employed_since
from rules.applications.kinds import DisclosureStep, Purpose
from rules.applications.numbers import application_number
from rules.applications.states import FILLED_IN, ApplicationStatus
from rules.errors import NotFound
from rules.loyalty.fee_waivers import largest
from rules.loyalty.rate_discounts import best
from rules.money import Money
from rules.people.customers import BranchFixed, check_adult
from rules.products.repricing import RateType
from rules.states import NotPossibleNow


async def start_application(
    viewer: Viewer,
    product_id: int,
    amount: Money,
    term: int,
    branch_id: int | None = None,
    refinances_id: int | None = None,
) -> Application:
    """Store a draft, the quote it starts from and the cost disclosure to acknowledge.

    A named branch looks after a new customer from now on. A named loan of his is to be settled out of the new one.
    Raises as `quote` does, `NotFound` for branch and loan, `BranchFixed` once he has applied elsewhere,
    `NotRefinanceable`, `RefinancingTooSmall`.
    """
    async with transaction(viewer, "start_application") as unit:
        customer = await lock_customer(viewer)
        version = await quotes.offered_version(viewer, product_id)
        perks = await benefits.perks_of(customer.id, product_id, unit.today)
        figures = await quotes.reckon(version, await fees_of(version), amount, term, unit.today, perks=perks)
        await _join(customer, branch_id)
        application = await Application.create(
            customer_id=customer.id,
            product_version_id=version.id,
            branch_id=customer.branch_id,
            amount=figures.amount,
            currency=figures.currency,
            term=figures.term,
            status=ApplicationStatus.DRAFT,
            **await _known_of(customer, figures.currency),
        )
        unit.subject = application
        await begin_step(application)
        if refinances_id is not None:
            await _refinance(application, refinances_id)
        replaced = await refinanced_by(application, figures.received, unit.today)
        await Quote.create(
            customer_id=customer.id,
            application_id=application.id,
            amount=figures.amount,
            currency=figures.currency,
            term=figures.term,
            annual_rate=figures.annual_rate,
            installment=figures.installment,
            total_interest=figures.total_interest,
            total_fees=figures.total_fees,
            annual_cost=figures.annual_cost,
            rate_discount_bp=figures.discount_bp,
            fee_waiver_percent=figures.fee_waiver_percent,
        )
        await benefits.promise(application, figures)
        await disclose(application, DisclosureStep.SUBMIT, version, figures, viewer.locale, replaced=replaced)
        return application


STATED = ("monthly_income", "monthly_costs", "monthly_debts", "employment", "employed_since")
"""What a customer says of himself, and need not say anew."""


async def _known_of(customer: Customer, currency: str) -> dict[str, Any]:
    """Give what he said of himself the last time, amounts in the same currency."""
    last = await Application.filter(customer_id=customer.id, currency=currency).order_by("-id").first()
    return {} if last is None else {name: getattr(last, name) for name in STATED}


async def _refinance(application: Application, loan_id: int) -> None:
    """Write down which loan of the applicant's is to be settled. Raises `NotFound`."""
    if not await Loan.exists(id=loan_id, customer_id=application.customer_id):
        raise NotFound
    await Refinancing.create(customer_id=application.customer_id, application_id=application.id, loan_id=loan_id)


async def _join(customer: Customer, branch_id: int | None) -> None:
    if branch_id is None or branch_id == customer.branch_id:
        return
    if not await Branch.exists(id=branch_id):
        raise NotFound
    if await Application.exists(customer_id=customer.id, submitted_at__isnull=False):
        raise BranchFixed
    await Application.filter(customer_id=customer.id).update(branch_id=branch_id)
    customer.branch_id = branch_id
    customer.version += 1
    await customer.save(update_fields=["branch_id", "version"])


async def submit_application(viewer: Viewer, application_id: int, purpose: Purpose, version: int) -> Application:
    """Hand a draft in; within its bounds the policy decides at once, unless the customer wants a person to.

    Raises `NotFound`, `Conflict`, `NotPossibleNow`, `TermsOver`, `CostTooHigh`, `IdentityMissing`, `TooYoung`,
    `EmployedSinceInvalid`, `DisclosureNotAcknowledged` (also where the rate has moved since: what it costs now is shown
    first), `PartMissing` for what the policy looks at and was not said, and then `NotRefinanceable`, `RefinancingTooSmall`.
    """
    await _show_todays_cost(viewer, application_id)
    async with transaction(viewer, "submit_application") as unit:
        application = await lock_version(viewer, application_id, version)
        if application.status not in FILLED_IN:
            raise NotPossibleNow(current=application.status)
        await _check_terms(application, unit.today)
        move(application, ApplicationStatus.SUBMITTED, viewer.role)
        # Of all that he hands in at once, the policy of the next one sees what came of the one before.
        customer = await locked(Customer, viewer, application.customer_id)
        if customer.birth_on is None:
            raise IdentityMissing
        check_adult(customer.birth_on, unit.today)
        if application.employed_since is not None:
            check_employed_since(application.employed_since, customer.birth_on, unit.today)
        if not await is_acknowledged(application, DisclosureStep.SUBMIT):
            raise DisclosureNotAcknowledged
        application.purpose, application.submitted_at = purpose, unit.now
        missing = await missing_of(application, unit.today)
        if missing:
            raise PartMissing(part=missing[0])
        application.skill = await skill_of(application)
        await keep(application, "purpose", "submitted_at", "skill")
        await referral_checks.fix(unit, customer.id)
        number = application_number(application.id, application.created_at)
        await outbox.record(
            ApplicationSubmitted(customer_id=application.customer_id, application_id=application.id, number=number)
        )
        await decide_by_policy(unit, application)
        return application


async def _show_todays_cost(viewer: Viewer, application_id: int) -> None:
    """Put what a loan costs today in the place of what was shown at another rate, or with less of its fees waived.

    What was shown stays; what has become more makes it cheaper. Raises `CostTooHigh`,
    `NotRefinanceable`, `RefinancingTooSmall`.
    """
    application = await Application.visible_to(viewer).get_or_none(id=application_id, customer_id=viewer.customer_id)
    if application is None or application.status not in FILLED_IN:
        return
    version = await ProductVersion.get(id=application.product_version_id)
    perks = await benefits.perks_for(application, version.product_id, viewer.today)
    if version.rate_type is RateType.FIXED and not (perks.grants or perks.waivers):
        return
    shown = CostDisclosure.filter(application_id=application.id, step=DisclosureStep.SUBMIT, is_current=True)
    standard, fees = await rate_of(version, viewer.today), await fees_of(version)
    discount, waiver = best(standard, perks.grants), largest(perks.waivers, fee_terms(fees), application.amount)
    rate, percent = standard if discount is None else discount.rate_after, 0 if waiver is None else waiver.percent
    if await shown.filter(annual_rate=rate, fee_waiver_percent=percent).exists():
        return
    async with transaction(viewer, "disclose_cost") as unit:
        unit.subject = application = await locked(Application, viewer, application_id)
        amount = Money(application.amount, application.currency)
        perks = await benefits.perks_for(application, version.product_id, unit.today)
        figures = await quotes.reckon(version, fees, amount, application.term, unit.today, perks=perks)
        now = {"annual_rate": figures.annual_rate, "fee_waiver_percent": figures.fee_waiver_percent}
        is_shown = await shown.filter(**now).exists()
        if is_shown or application.status not in FILLED_IN:  # Somebody was faster.
            return
        await benefits.promise(application, figures)
        replaced = await refinanced_by(application, figures.received, unit.today)
        await disclose_anew(application, DisclosureStep.SUBMIT, version, figures, viewer.locale, replaced)


async def _check_terms(application: Application, today: date) -> None:
    """Let a draft be handed in on terms that are offered, or were until it was a month old. Raises `TermsOver`."""
    last_day = application.created_at.astimezone(configured().zone).date() + timedelta(days=TERMS_KEPT_DAYS)
    if application.status is ApplicationStatus.DRAFT and today > last_day:
        version = await ProductVersion.get(id=application.product_version_id)
        if not version.is_current:
            raise TermsOver


async def withdraw_application(viewer: Viewer, application_id: int, version: int) -> Application:
    """Take an application back. Raises `NotFound`, `Conflict`, `NotPossibleNow`."""
    async with transaction(viewer, "withdraw_application"):
        application = await lock_version(viewer, application_id, version)
        move(application, ApplicationStatus.WITHDRAWN, viewer.role)
        await keep(application)
        return application
