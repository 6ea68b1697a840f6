"""What a member of staff has to do on a day."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from resolvers.service import days
from rules.people.access import IN_CHARGE
from rules.service.days import DayItemKind
from schema.context import Info
from schema.declarations import Input, input, query, some_of, value

if TYPE_CHECKING:
    from schema.applications.applications import Application
    from schema.loans.hardships import HardshipRequest
    from schema.loyalty.callbacks import Callback
    from schema.people.customers import Customer
    from schema.service.cases import Case
    from schema.service.staff_lessons import StaffLesson
    from schema.service.survey_follow_ups import SurveyFollowUp


@value(days.DayItem)
class DayItem:
    """One thing to do."""

    kind: DayItemKind
    """What."""
    due_at: datetime | None
    """Until when; null where nothing says so."""
    customer: Customer | None
    """Whom it is about; null for a lesson."""
    case: Case | None
    """What is to be answered, for CASE."""
    callback: Callback | None
    """Who wants to be called, for CALLBACK: one's own customers and nobody's."""
    follow_up: SurveyFollowUp | None
    """Who was not content, for FOLLOW_UP."""
    application: Application | None
    """What is to be worked on, for APPLICATION."""
    help_request: HardshipRequest | None
    """Who asks for help, for HELP."""
    lesson: StaffLesson | None
    """What is to be learned, for LESSON."""


@value(days.MyDay)
class MyDaySuccess:
    """All that waits, due first in front: at most fifty of a kind."""

    items: list[DayItem]
    """What is late stands among them."""


@input
class MyDayInput(Input):
    """What of it."""

    kinds: list[DayItemKind] | None = some_of(DayItemKind)
    """Only these; nothing: all."""


@query(allow=IN_CHARGE, refusals=())
async def my_day(info: Info, input: MyDayInput) -> days.MyDay:
    """List what waits for you: cases, callbacks, customers who were not content, applications, help, lessons, birthdays."""
    return await days.my_day(info.context.viewer, **input.values())
