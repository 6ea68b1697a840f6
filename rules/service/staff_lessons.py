"""Lessons that a manager gives a member of staff."""

from dataclasses import dataclass
from datetime import date, timedelta

from rules.errors import Refused

LONGEST_AHEAD = timedelta(days=366)


@dataclass(eq=False)
class LessonDueDateWrong(Refused):
    """A lesson is due today at the earliest, and within a year."""

    code = "LESSON_DUE_DATE_WRONG"
    path = ("dueOn",)


@dataclass(eq=False)
class LessonAssigned(Refused):
    """This lesson was assigned to him already."""

    code = "LESSON_ASSIGNED"


@dataclass(eq=False)
class LessonCompleted(Refused):
    """He has completed this lesson already."""

    code = "LESSON_COMPLETED"


def check_due_date(today: date, due_on: date) -> None:
    """Let there be time, and not for ever. Raises `LessonDueDateWrong`."""
    if not today <= due_on <= today + LONGEST_AHEAD:
        raise LessonDueDateWrong


def is_overdue(due_on: date, completion_id: int | None, today: date) -> bool:
    """Say whether a lesson should have been completed before today."""
    return completion_id is None and due_on < today
