"""Calling those who were not content."""

from datetime import datetime, timedelta
from enum import StrEnum

from rules.people.access import IN_CHARGE, Role
from rules.service.business_time import BusinessTime
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


def due_by(now: datetime, times: BusinessTime) -> datetime:
    """Give the end of the next business day after today, on the lender's clock."""
    return times.end_of(times.calendar.next_business_day(times.day_of(now) + timedelta(days=1)))
