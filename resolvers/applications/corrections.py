"""Sending an application back to its customer, who corrects it and submits it again."""

from models import Application, Correction, ProductVersion, Staff, Viewer
from models.database import transaction
from notifications import outbox
from notifications.applications.corrections import ApplicationReturned
from resolvers.applications.applications import keep, lock_version, move, take_into_review
from resolvers.applications.assignments import check_free
from resolvers.applications.disclosures import disclose_anew
from resolvers.loans.refinancings import refinanced_by
from resolvers.products import quotes
from resolvers.products.terms import fees_of
from rules.applications.decisions import OwnApplication
from rules.applications.kinds import DisclosureStep
from rules.applications.numbers import application_number
from rules.applications.states import ApplicationStatus
from rules.money import Money
from rules.states import NotPossibleNow


async def return_application(viewer: Viewer, *, application_id: int, reason: str, version: int) -> Application:
    """Send an application back with what is to be corrected, in words for the customer.

    Raises `NotFound`, `Conflict`, `NotPossibleNow`, `OwnApplication`, `WithColleague`.
    """
    async with transaction(viewer, "return_application"):
        application = await lock_version(viewer, application_id, version)
        staff = await Staff.get(id=viewer.staff_id)
        await check_free(application, staff)
        take_into_review(application, viewer.role)
        move(application, ApplicationStatus.RETURNED, viewer.role)
        if staff.customer_id == application.customer_id:
            raise OwnApplication
        await Correction.create(
            customer_id=application.customer_id,
            application_id=application.id,
            staff_id=staff.id,
            asked_by=staff.name,
            reason=reason,
        )
        await keep(application)
        number = application_number(application.id, application.created_at)
        await outbox.record(
            ApplicationReturned(customer_id=application.customer_id, application_id=application.id, number=number)
        )
        return application


async def correct_application(
    viewer: Viewer, *, application_id: int, amount: Money, term: int, version: int
) -> Application:
    """Ask for another amount or term, on the same terms as before; what changes the cost is disclosed anew.

    Raises `NotFound`, `Conflict`, `NotPossibleNow` unless it was sent back, `NotRefinanceable`, `RefinancingTooSmall`,
    and as `quote` does.
    """
    async with transaction(viewer, "correct_application") as unit:
        application = await lock_version(viewer, application_id, version)
        if application.status is not ApplicationStatus.RETURNED:
            raise NotPossibleNow(current=application.status)
        terms = await ProductVersion.get(id=application.product_version_id)
        figures = await quotes.reckon(terms, await fees_of(terms), amount, term, unit.today)
        if (figures.amount, figures.term) != (application.amount, application.term):
            application.amount, application.term = figures.amount, figures.term
            replaced = await refinanced_by(application, figures.received, unit.today)
            await disclose_anew(application, DisclosureStep.SUBMIT, terms, figures, viewer.locale, replaced)
        await keep(application, "amount", "term")
        return application
