"""Calling those who were not content."""

from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from rules.notifications.hours import end_of_day
from rules.people.access import IN_CHARGE, Role
from rules.products.holidays import BusinessCalendar
from rules.states import Move, StateMachine


class SurveyFollowUpStatus(StrEnum):
    """Where it stands."""

    OPEN = "OPEN"
    """Somebody is to speak with him."""
    DONE = "DONE"
    """Somebody did, or need not any more."""


class SurveyFollowUpOutcome(StrEnum):
    """What came of it."""

    SPOKEN = "SPOKEN"
    """They spoke."""
    NOT_REACHED = "NOT_REACHED"
    """He could not be reached."""
    NOT_WANTED = "NOT_WANTED"
    """He does not want to speak about it."""
    SCORE_CHANGED = "SCORE_CHANGED"
    """He changed his answer, to one that asks for no call."""


BY_STAFF = (SurveyFollowUpOutcome.SPOKEN, SurveyFollowUpOutcome.NOT_REACHED, SurveyFollowUpOutcome.NOT_WANTED)

SURVEY_FOLLOW_UP_MOVES = StateMachine(
    SurveyFollowUpStatus.OPEN,
    (
        Move(
            SurveyFollowUpStatus.OPEN,
            SurveyFollowUpStatus.DONE,
            IN_CHARGE | {Role.CUSTOMER, Role.SYSTEM},
            "speak with him, or change the answer",
        ),
    ),
)


def due_by(today: date, calendar: BusinessCalendar, zone: ZoneInfo) -> datetime:
    """Give the end of the next business day after today, on the lender's clock."""
    return end_of_day(calendar.next_business_day(today + timedelta(days=1)), zone)
