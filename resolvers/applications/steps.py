"""Where an application stands: moving it on, and where its time goes."""

from datetime import datetime
from functools import partial

from tortoise.queryset import QuerySet

from models import (
    Application,
    ApplicationParty,
    ApplicationStep,
    Customer,
    ProductVersion,
    Refinancing,
    SpecialDay,
    Viewer,
)
from models.database import Unit, locked, open_unit
from notifications import live
from resolvers.loyalty.benefits import review_days_of
from rules.applications.states import APPLICATION_MOVES, ApplicationStatus
from rules.applications.steps import Skill, due_at, skill_for
from rules.errors import Conflict
from rules.people.access import Role
from rules.people.kinds import Locale
from rules.products.holidays import SpecialDay as Special
from rules.products.holidays import make_calendar


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
    """Save the status and these columns as the next version; in another status another step begins.

    Whoever watches it is told after the unit.
    """
    application.version += 1
    await begin_step(application)
    await application.save(update_fields=["status", "version", "due_at", *columns])
    _tell_watchers(application.id)


async def free(applications: QuerySet[Application], **changed: int) -> None:
    """Let colleagues work on these from now on; whoever watches one is told after the unit. Takes other columns along."""
    ids = [each.id for each in await applications.only("id")]
    await applications.update(assignee_id=None, **changed)
    _tell_watchers(*ids)


def _tell_watchers(*ids: int) -> None:
    open_unit().afterwards.append(partial(live.wake, "application", ids))


async def begin_step(application: Application) -> None:
    """Write down that an application stands somewhere from now on, unless it stood there before; sets `due_at`, unsaved."""
    unit = open_unit()
    last = await ApplicationStep.get_or_none(application_id=application.id, left_at__isnull=True)
    if last is not None:
        if last.status is application.status:
            return
        last.left_at, last.seconds = unit.now, max(0, int((unit.now - last.created_at).total_seconds()))
        last.is_late = last.due_at is not None and unit.now > last.due_at
        await last.save(update_fields=["left_at", "seconds", "is_late"])
    application.due_at = await _due_at(unit, application)
    await ApplicationStep.create(
        customer_id=application.customer_id,
        application_id=application.id,
        status=application.status,
        entered_on=unit.today,
        due_at=application.due_at,
    )


async def skill_of(application: Application) -> Skill | None:
    """Give the skill that an application takes."""
    customer = await Customer.get(id=application.customer_id)
    return skill_for(
        has_parties=await ApplicationParty.exists(application_id=application.id, is_active=True),
        refinances=await Refinancing.exists(application_id=application.id),
        speaks_english=customer.locale is Locale.EN,
    )


async def _due_at(unit: Unit, application: Application) -> datetime | None:
    version = await ProductVersion.get(id=application.product_version_id)
    special = [Special(row.day, row.kind) for row in await SpecialDay.all()]
    calendar = make_calendar(version.holiday_region, special)
    is_review = application.status is ApplicationStatus.REVIEW
    sooner = await review_days_of(application.customer_id) if is_review else None
    return due_at(application.status, unit.today, unit.now, calendar, sooner)
