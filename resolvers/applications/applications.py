"""Applications: starting, submitting, taking back."""

from models import Application, Branch, Customer, Loan, Quote, Refinancing, Viewer
from models.database import locked, transaction
from notifications import outbox
from notifications.applications.applications import ApplicationSubmitted
from resolvers.applications.disclosures import disclose, is_acknowledged
from resolvers.applications.steps import begin_step, skill_of
from resolvers.loans.refinancings import refinanced_by
from resolvers.people.customers import lock_customer
from resolvers.products import quotes
from resolvers.products.terms import fees_of
from rules.applications.disclosures import DisclosureNotAcknowledged, IdentityMissing
from rules.applications.kinds import DisclosureStep, Purpose
from rules.applications.numbers import application_number
from rules.applications.states import APPLICATION_MOVES, ApplicationStatus
from rules.errors import Conflict, NotFound
from rules.money import Money
from rules.people.access import Role
from rules.people.customers import BranchFixed, check_adult


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
        figures = await quotes.reckon(version, await fees_of(version), amount, term, unit.today)
        await _join(customer, branch_id)
        application = await Application.create(
            customer_id=customer.id,
            product_version_id=version.id,
            branch_id=customer.branch_id,
            amount=figures.amount,
            currency=figures.currency,
            term=figures.term,
            status=ApplicationStatus.DRAFT,
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
        )
        await disclose(application, DisclosureStep.SUBMIT, version, figures, viewer.locale, replaced=replaced)
        return application


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
    if await Application.exists(customer_id=customer.id, status__not=ApplicationStatus.DRAFT):
        raise BranchFixed
    customer.branch_id = branch_id
    customer.version += 1
    await customer.save(update_fields=["branch_id", "version"])


async def submit_application(viewer: Viewer, application_id: int, purpose: Purpose, version: int) -> Application:
    """Hand a draft in.

    Raises `NotFound`, `Conflict`, `NotPossibleNow`, `IdentityMissing`, `TooYoung`, `DisclosureNotAcknowledged`.
    """
    async with transaction(viewer, "submit_application") as unit:
        application = await lock_version(viewer, application_id, version)
        move(application, ApplicationStatus.SUBMITTED, viewer.role)
        customer = await Customer.get(id=application.customer_id)
        if customer.birth_on is None:
            raise IdentityMissing
        check_adult(customer.birth_on, unit.today)
        if not await is_acknowledged(application, DisclosureStep.SUBMIT):
            raise DisclosureNotAcknowledged
        application.purpose, application.submitted_at = purpose, unit.now
        application.skill = await skill_of(application)
        await keep(application, "purpose", "submitted_at", "skill")
        number = application_number(application.id, application.created_at)
        await outbox.record(
            ApplicationSubmitted(customer_id=application.customer_id, application_id=application.id, number=number)
        )
        return application


async def withdraw_application(viewer: Viewer, application_id: int, version: int) -> Application:
    """Take an application back. Raises `NotFound`, `Conflict`, `NotPossibleNow`."""
    async with transaction(viewer, "withdraw_application"):
        application = await lock_version(viewer, application_id, version)
        move(application, ApplicationStatus.WITHDRAWN, viewer.role)
        await keep(application)
        return application


async def lock_version(viewer: Viewer, application_id: int, version: int) -> Application:
    """Lock an application that its editor saw in this version. Raises `NotFound`, `Conflict`."""
    application = await locked(Application, viewer, application_id)
    if application.version != version:
        raise Conflict(current_version=application.version)
    return application


def move(application: Application, to: ApplicationStatus, role: Role) -> None:
    """Change the status, unsaved. Raises `NotPossibleNow`."""
    APPLICATION_MOVES.check(application.status, to, role)
    application.status = to


def take_into_review(application: Application, role: Role) -> None:
    """Put it in review, unsaved, as soon as somebody says something about it. Raises `NotPossibleNow`."""
    if application.status is not ApplicationStatus.REVIEW:
        move(application, ApplicationStatus.REVIEW, role)


async def keep(application: Application, *columns: str) -> None:
    """Save the status and these columns as the next version; in another status another step begins."""
    application.version += 1
    await begin_step(application)
    await application.save(update_fields=["status", "version", "due_at", *columns])
