"""Lessons that managers give to members of staff."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

import strawberry

import models
from resolvers.service import staff_lessons
from rules.people.access import ALL_STAFF, MANAGERS
from rules.service.lessons import MOST_QUESTIONS, AnswersMissing, AnswersWrong
from rules.service.staff_lessons import LessonAssigned, LessonCompleted, LessonDueDateWrong, is_overdue
from rules.states import NotPossibleNow
from schema.context import Info
from schema.declarations import (
    TODAY,
    Connection,
    Input,
    Node,
    computed,
    connection,
    day,
    filter_of,
    id_of,
    input,
    list_of,
    matches,
    mutation,
    node,
    relation,
    root,
    text,
    token,
)
from schema.service.lessons import LessonAnswerInput, answers_of

if TYPE_CHECKING:
    from schema.people.staff import Staff
    from schema.service.articles import Article, ArticleVersion


@node(models.StaffLesson)
class StaffLesson(Node):
    """A lesson that a member of staff is to complete; he sees it, and so do managers and auditors."""

    due_on: date
    """By when, that day included."""
    reason: str
    """Why, in the words of whoever assigned it."""
    cause_code: str | None
    """What made it necessary, by its code; null if nothing in particular."""
    is_overdue: bool = computed(is_overdue, "due_on", "completion_id", TODAY)
    """Whether its day is over and it is not completed."""
    created_at: datetime
    """When it was assigned."""
    lesson: Article | None = relation("lesson_id")
    """Which lesson; null to him once it is not read any more."""
    staff: Staff | None = relation("staff_id")
    """Who is to complete it; null to whoever does not see accounts."""
    assigned_by: Staff | None = relation("assigned_by_id")
    """Who assigned it; null to whoever does not see accounts."""
    completion: StaffLessonCompletion | None = relation("completion_id")
    """That he did; null before."""


@node(models.StaffLessonCompletion)
class StaffLessonCompletion(Node):
    """A member of staff completed a lesson: once, whatever versions come."""

    created_at: datetime
    """When he did."""
    staff: Staff | None = relation("staff_id")
    """Who did; null to whoever does not see accounts."""
    lesson: Article | None = relation("lesson_id")
    """Which lesson; null to him once it is not read any more."""
    version: ArticleVersion | None = relation("version_id")
    """The version that he was shown; null to him once the lesson is not read any more."""


@filter_of(models.StaffLesson)
class StaffLessonFilter:
    """Narrows a list of lessons that were assigned."""

    staff: strawberry.ID | None = matches("staff_id", id_of=models.Staff)
    """Those of this member of staff."""
    lesson: strawberry.ID | None = matches("lesson_id", id_of=models.Article)
    """Those of this lesson."""


@filter_of(models.StaffLessonCompletion)
class StaffLessonCompletionFilter:
    """Narrows a list of lessons that were completed."""

    staff: strawberry.ID | None = matches("staff_id", id_of=models.Staff)
    """Those of this member of staff."""
    lesson: strawberry.ID | None = matches("lesson_id", id_of=models.Article)
    """Those of this lesson."""


@root
class StaffLessonRoot:
    staff_lessons: Connection[StaffLesson] = connection(order_by="due_on", filter=StaffLessonFilter, allow=ALL_STAFF)
    """Lessons that were assigned, by their due day: to managers and auditors all, to everybody else his own."""
    staff_lesson_completions: Connection[StaffLessonCompletion] = connection(
        filter=StaffLessonCompletionFilter, allow=ALL_STAFF
    )
    """Lessons that staff completed, assigned or not, oldest first: likewise."""


@input
class AssignLessonInput(Input):
    """Who is to complete which lesson."""

    lesson_id: int = id_of(models.Article)
    """A lesson for staff that is published."""
    staff_id: int = id_of(models.Staff)
    """Whoever has an account that is open."""
    due_on: date = day()
    """By when: from today on, within a year."""
    reason: str = text(1, 500)
    """Why; he reads it."""
    cause_code: str | None = token(40)
    """What made it necessary, by its code; nothing if nothing in particular."""


@mutation(allow=MANAGERS, refusals=(NotPossibleNow, LessonDueDateWrong, LessonAssigned, LessonCompleted))
async def assign_lesson(info: Info, input: AssignLessonInput) -> models.StaffLesson:
    """Have a member of staff complete a lesson."""
    return await staff_lessons.assign_lesson(info.context.viewer, **input.values())


@input
class CompleteStaffLessonInput(Input):
    """The answers to all questions of a lesson for staff."""

    version_id: int = id_of(models.ArticleVersion)
    """The version that was shown, also where another one has taken its place since."""
    answers: list[LessonAnswerInput] = list_of(LessonAnswerInput, MOST_QUESTIONS)
    """One for each question."""


@mutation(allow=ALL_STAFF, refusals=(AnswersMissing, AnswersWrong))
async def complete_staff_lesson(info: Info, input: CompleteStaffLessonInput) -> models.StaffLessonCompletion:
    """Complete a lesson for staff, assigned or not, as customers complete theirs."""
    return await staff_lessons.complete_staff_lesson(info.context.viewer, **answers_of(input))
