"""The day of a member of staff: all that waits for him, what is due first in front."""

from collections.abc import AsyncIterator, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from tortoise.expressions import Q

from models import (
    Application,
    Callback,
    Case,
    Customer,
    HardshipRequest,
    NamedOfficer,
    StaffLesson,
    SurveyFollowUp,
    Viewer,
)
from resolvers.service.business_times import business_time
from rules.applications.states import WORKED_ON
from rules.loans.hardships import HardshipStatus
from rules.loyalty.callbacks import CallbackStatus
from rules.people.access import IN_CHARGE
from rules.service.business_time import BusinessTime
from rules.service.cases import OPEN
from rules.service.days import DayItemKind
from rules.service.survey_follow_ups import SurveyFollowUpStatus

MOST_OF_A_KIND = 50


@dataclass(frozen=True, kw_only=True)
class DayItem:
    """One thing to do, and the row that it is about."""

    kind: DayItemKind
    due_at: datetime | None
    customer: Customer | None = None
    case: Case | None = None
    callback: Callback | None = None
    follow_up: SurveyFollowUp | None = None
    application: Application | None = None
    help_request: HardshipRequest | None = None
    lesson: StaffLesson | None = None


@dataclass(frozen=True)
class MyDay:
    """What there is to do."""

    items: tuple[DayItem, ...]


async def my_day(viewer: Viewer, *, kinds: Collection[DayItemKind] | None = None) -> MyDay:
    """Give what waits for whoever asks until the end of today, and what is late: at most fifty of a kind, due first in front."""
    assert viewer.role in IN_CHARGE, "officers and managers have such days"
    times = await business_time()
    found = [
        *[item async for item in _of_mine(viewer)],
        *[item async for item in _of_the_branch(viewer, times)],
        *[item async for item in _of_ones_own(viewer, times)],
    ]
    wanted = [item for item in found if kinds is None or item.kind in kinds]
    return MyDay(tuple(sorted(wanted, key=lambda item: (item.due_at is None, item.due_at or viewer.now, item.kind))))


async def _of_mine(viewer: Viewer) -> AsyncIterator[DayItem]:
    """Give the cases and applications that are his to work on, whenever they are due."""
    cases = Case.visible_to(viewer).filter(assignee_id=viewer.staff_id, status__in=list(OPEN))
    for case in await cases.order_by("due_at", "id").limit(MOST_OF_A_KIND).select_related("customer"):
        yield DayItem(kind=DayItemKind.CASE, due_at=case.due_at, customer=case.customer, case=case)
    applications = Application.visible_to(viewer).filter(assignee_id=viewer.staff_id, status__in=list(WORKED_ON))
    for each in await applications.order_by("due_at", "id").limit(MOST_OF_A_KIND).select_related("customer"):
        yield DayItem(kind=DayItemKind.APPLICATION, due_at=each.due_at, customer=each.customer, application=each)


async def _of_the_branch(viewer: Viewer, times: BusinessTime) -> AsyncIterator[DayItem]:
    """Give what anybody there may do: calls that nobody else's customer waits for, those who were not content, help."""
    tomorrow = times.end_of(times.day_of(viewer.now))
    booked = Callback.visible_to(viewer).filter(
        Q(officer_id=viewer.staff_id) | Q(officer_id=None), status=CallbackStatus.BOOKED, starts_at__lt=tomorrow
    )
    for callback in await booked.order_by("starts_at", "id").limit(MOST_OF_A_KIND).select_related("customer"):
        due_at = callback.starts_at
        yield DayItem(kind=DayItemKind.CALLBACK, due_at=due_at, customer=callback.customer, callback=callback)
    unhappy = SurveyFollowUp.visible_to(viewer).filter(status=SurveyFollowUpStatus.OPEN)
    for each in await unhappy.order_by("due_at", "id").limit(MOST_OF_A_KIND).select_related("customer"):
        yield DayItem(kind=DayItemKind.FOLLOW_UP, due_at=each.due_at, customer=each.customer, follow_up=each)
    asked = HardshipRequest.visible_to(viewer).filter(status=HardshipStatus.OPEN)
    for request in await asked.order_by("id").limit(MOST_OF_A_KIND).select_related("customer"):
        day = times.calendar.next_business_day(times.day_of(request.created_at) + timedelta(days=1))
        due_at = times.end_of(day)
        yield DayItem(kind=DayItemKind.HELP, due_at=due_at, customer=request.customer, help_request=request)


async def _of_ones_own(viewer: Viewer, times: BusinessTime) -> AsyncIterator[DayItem]:
    """Give the lessons that he is to complete, and the birthdays of those whose own officer he is."""
    lessons = StaffLesson.visible_to(viewer).filter(staff_id=viewer.staff_id, completion_id=None)
    for lesson in await lessons.order_by("due_on", "id").limit(MOST_OF_A_KIND):
        yield DayItem(kind=DayItemKind.LESSON, due_at=times.end_of(lesson.due_on), lesson=lesson)
    today = times.day_of(viewer.now)
    mine = await NamedOfficer.filter(staff_id=viewer.staff_id, ended_at=None).values_list("customer_id", flat=True)
    for customer in await Customer.visible_to(viewer).filter(id__in=mine).order_by("id"):
        born = customer.birth_on
        if born is not None and (born.month, born.day) == (today.month, today.day):
            yield DayItem(kind=DayItemKind.BIRTHDAY, due_at=times.end_of(today), customer=customer)
