"""Filling an application in, part by part, before it is handed in or handed in again."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from models import Application, Customer, ProductVersion, Viewer
from models.database import transaction
from resolvers.applications.disclosures import disclose_anew
from resolvers.applications.evaluations import evaluate_now, missing_of
from resolvers.applications.parties import tell_amount
from resolvers.applications.steps import keep, lock_version
from resolvers.loans.refinancings import refinanced_by
from resolvers.loyalty import benefits
from resolvers.products import quotes
from resolvers.products.terms import fees_of
from rules.applications.drafts import ApplicationPart, check_employed_since
from rules.applications.kinds import DecisionReason, DisclosureStep
from rules.applications.policies import PolicyOutcome
from rules.applications.states import FILLED_IN, ApplicationStatus
from rules.errors import NotFound
from rules.loans.repayments import CurrencyMismatch
from rules.money import Money
from rules.products.quotes import check_stated
from rules.states import NotPossibleNow

_AMOUNTS = ("monthly_income", "monthly_costs", "monthly_debts")


async def save_application(
    viewer: Viewer,
    *,
    application_id: int,
    version: int,
    amount: Money | None = None,
    term: int | None = None,
    **parts: Any,
) -> Application:
    """Keep the parts that are named of a draft, or of an application that was sent back; the others stay.

    `parts` are columns of the application. Another amount or term is reckoned on the terms it was started with, and what
    changes the cost is disclosed anew. Raises `NotFound`, `Conflict`, `NotPossibleNow`, `EmployedSinceInvalid`,
    `NotRefinanceable`, `RefinancingTooSmall`, and as `quote` does.
    """
    async with transaction(viewer, "save_application") as unit:
        application = await lock_version(viewer, application_id, version)
        if application.status not in FILLED_IN:
            raise NotPossibleNow(current=application.status)
        said = {name: value for name, value in parts.items() if value is not None}
        for name in _AMOUNTS:
            if name in said:
                said[name] = _of(application, said[name])
        if "employed_since" in said:
            customer = await Customer.get(id=application.customer_id)
            check_employed_since(said["employed_since"], customer.birth_on, unit.today)
        application.update_from_dict(said)
        if amount is not None or term is not None:
            await _ask_for(application, viewer, amount, term, unit.today)
        await keep(application, "amount", "term", *said)
        return application


def _of(application: Application, amount: Money) -> Any:
    if amount.currency != application.currency:
        raise CurrencyMismatch(expected=application.currency)
    check_stated(amount)
    return amount.amount


async def _ask_for(
    application: Application, viewer: Viewer, amount: Money | None, term: int | None, today: date
) -> None:
    """Ask for another amount or term, unsaved; what it then costs is disclosed."""
    terms = await ProductVersion.get(id=application.product_version_id)
    asked = amount or Money(application.amount, application.currency)
    perks = await benefits.perks_for(application, terms.product_id, today)
    figures = await quotes.reckon(terms, await fees_of(terms), asked, term or application.term, today, perks=perks)
    if (figures.amount, figures.term) != (application.amount, application.term):
        application.amount, application.term = figures.amount, figures.term
        await benefits.promise(application, figures)
        replaced = await refinanced_by(application, figures.received, today)
        await disclose_anew(application, DisclosureStep.SUBMIT, terms, figures, viewer.locale, replaced)
        await tell_amount(application, figures.amount)


@dataclass(frozen=True)
class Checklist:
    """How far an application has come, and what the policy would say of it as it stands."""

    missing: tuple[ApplicationPart, ...]
    """What has to be said before it can be handed in."""
    obstacles: tuple[DecisionReason, ...]
    """Why it would be declined as it stands; none if it would not."""


async def application_checklist(viewer: Viewer, *, application_id: int) -> Checklist:
    """Say what is missing of an application of the viewer's. Raises `NotFound`."""
    application = await Application.visible_to(viewer).get_or_none(id=application_id, customer_id=viewer.customer_id)
    if application is None:
        raise NotFound
    version = await ProductVersion.get(id=application.product_version_id)
    return Checklist(
        missing=await missing_of(application, viewer.today),
        obstacles=await _obstacles(application, version, viewer.today),
    )


async def _obstacles(application: Application, version: ProductVersion, today: date) -> tuple[DecisionReason, ...]:
    evaluated = await evaluate_now(application, version, today)
    if evaluated is None or evaluated.outcome is not PolicyOutcome.DECLINE:
        return ()
    return (evaluated.reason,)


@dataclass(frozen=True)
class Eligibility:
    """Whether it makes sense to apply, by what is known already; nothing is stored."""

    is_possible: bool
    obstacles: tuple[DecisionReason, ...]
    needed: tuple[ApplicationPart, ...]
    """What will be asked."""


async def eligibility(viewer: Viewer, *, product_id: int, amount: Money, term: int) -> Eligibility:
    """Say before anything is asked whether a loan is out of the question, why, and what will be asked.

    Raises as `quote` does.
    """
    version = await quotes.offered_version(viewer, product_id)
    figures = await quotes.reckon(version, await fees_of(version), amount, term, viewer.today)
    wish = Application(  # Never saved.
        created_at=viewer.now,
        customer_id=viewer.customer_id,
        product_version_id=version.id,
        amount=figures.amount,
        currency=figures.currency,
        term=figures.term,
        status=ApplicationStatus.DRAFT,
    )
    obstacles = await _obstacles(wish, version, viewer.today)
    return Eligibility(not obstacles, obstacles, await missing_of(wish, viewer.today))
