"""Sending an application back to its customer, who corrects it (`drafts.save_application`) and submits it again."""

from models import Application, Correction, Viewer
from models.database import transaction
from notifications import outbox
from notifications.applications.corrections import ApplicationReturned
from resolvers.applications.assignments import working_on
from resolvers.applications.steps import keep, lock_version, move, take_into_review
from rules.applications.numbers import application_number
from rules.applications.states import ApplicationStatus


async def return_application(viewer: Viewer, *, application_id: int, reason: str, version: int) -> Application:
    """Send an application back with what is to be corrected, in words for the customer.

    Raises `NotFound`, `Conflict`, `NotPossibleNow`, `WithColleague`, `OwnApplication`, `SkillMissing`.
    """
    async with transaction(viewer, "return_application"):
        application = await lock_version(viewer, application_id, version)
        staff = await working_on(viewer, application)
        take_into_review(application, viewer.role)
        move(application, ApplicationStatus.RETURNED, viewer.role)
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
