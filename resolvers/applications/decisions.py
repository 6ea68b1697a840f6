"""Recommending and deciding: never one's own application, and never the same person twice."""

from datetime import date, timedelta

from models import Application, Assessment, Correction, Decision, Offer, ProductVersion, Refinancing, Staff, Viewer
from models.database import transaction
from notifications import outbox
from notifications.applications.applications import ApplicationDecided
from resolvers.applications.applications import keep, lock_version, move, take_into_review
from resolvers.applications.assignments import check_free
from resolvers.people.staff import accounts_of
from resolvers.products import quotes
from resolvers.products.terms import fees_of
from rules.applications.decisions import OwnApplication, check_decider
from rules.applications.kinds import DecisionReason, Outcome
from rules.applications.numbers import application_number
from rules.applications.states import ApplicationStatus
from rules.money import ZERO, Money
from rules.people.access import Role
from rules.products.quotes import AmountOutOfRange

OFFER_DAYS = 30
"""For how many days after the decision an offer can be accepted."""


async def recommend_application(
    viewer: Viewer, application_id: int, outcome: Outcome, comment: str, version: int
) -> Application:
    """Tell whoever decides what to decide; the application is in review from then on.

    Raises `NotFound`, `Conflict`, `NotPossibleNow`, `OwnApplication`, `WithColleague`.
    """
    async with transaction(viewer, "recommend_application"):
        application = await lock_version(viewer, application_id, version)
        staff = await Staff.get(id=viewer.staff_id)
        await check_free(application, staff)
        take_into_review(application, viewer.role)
        if staff.customer_id == application.customer_id:
            raise OwnApplication
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

    Raises `NotFound`, `Conflict`, `NotPossibleNow`, `OwnApplication`, `WithColleague`, `SamePerson`, `NotRecommended` where it settles
    an older loan, `AboveLimit`, and for an amount that cannot be offered `AmountOutOfRange`, `AmountNotWholeCents`,
    `CurrencyMismatch`, `CostTooHigh`.
    """
    async with transaction(viewer, "decide_application") as unit:
        application = await lock_version(viewer, application_id, version)
        staff = await Staff.get(id=viewer.staff_id)
        await check_free(application, staff)
        take_into_review(application, viewer.role)
        await _check_decider(application, staff, await accounts_of(viewer), outcome)
        await Decision.create(
            customer_id=application.customer_id,
            application_id=application.id,
            staff_id=staff.id,
            decided_by=staff.name,
            outcome=outcome,
            reason=reason,
        )
        asked = Money(application.amount, application.currency)
        if outcome is Outcome.APPROVE:
            await _offer(application, amount or asked, viewer.role, unit.today)
        else:
            move(application, ApplicationStatus.DECLINED, viewer.role)
        await keep(application)
        number = application_number(application.id, application.created_at)
        await outbox.record(
            ApplicationDecided(customer_id=application.customer_id, application_id=application.id, number=number)
        )
        return application


async def _check_decider(application: Application, staff: Staff, accounts: list[int], outcome: Outcome) -> None:
    """The limit is held against what was asked for; one in another currency lets nothing through."""
    by_two = outcome is Outcome.APPROVE and await Refinancing.exists(application_id=application.id)
    corrected = await Correction.filter(application_id=application.id).order_by("-id").first()
    assessed = Assessment.filter(application_id=application.id, outcome=Outcome.APPROVE)
    recommended = (assessed if corrected is None else assessed.filter(created_at__gt=corrected.created_at)).exists()
    limit = staff.decision_limit
    if limit is not None and staff.currency != application.currency:
        limit = ZERO
    check_decider(
        staff.role,
        limit,
        application.amount,
        application.currency,
        is_own=staff.customer_id == application.customer_id,
        recommended_by_him=await Assessment.exists(application_id=application.id, staff_id__in=accounts),
        lacks_recommendation=by_two and not await recommended,
    )


async def _offer(application: Application, offered: Money, role: Role, today: date) -> None:
    version = await ProductVersion.get(id=application.product_version_id)
    figures = await quotes.reckon(version, await fees_of(version), offered, application.term, today)
    if figures.amount > application.amount:
        most = Money(application.amount, application.currency)
        raise AmountOutOfRange(minimum=Money(version.min_amount, application.currency), maximum=most)
    move(application, ApplicationStatus.APPROVED, role)
    await Offer.create(
        customer_id=application.customer_id,
        application_id=application.id,
        amount=figures.amount,
        currency=figures.currency,
        term=figures.term,
        annual_rate=figures.annual_rate,
        expires_on=today + timedelta(days=OFFER_DAYS),
    )
    move(application, ApplicationStatus.OFFERED, role)
