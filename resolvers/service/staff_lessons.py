"""Lessons that managers give to members of staff, and how these complete them."""

from datetime import date

from models import Article, Staff, StaffLesson, StaffLessonCompletion, Viewer
from models.database import locked, transaction
from resolvers.service.lessons import Answers, lesson_shown, questions_of
from rules.errors import NotFound
from rules.people.access import MANAGERS
from rules.service.articles import ArticleAudience, ArticleKind, is_read
from rules.service.lessons import check_answers
from rules.service.staff_lessons import LessonAssigned, LessonCompleted, check_due_date
from rules.states import NotPossibleNow


async def assign_lesson(
    viewer: Viewer, *, lesson_id: int, staff_id: int, due_on: date, reason: str, cause_code: str | None = None
) -> StaffLesson:
    """Have a member of staff complete a lesson for staff by a day.

    Raises `NotFound`, `NotPossibleNow` for what is not published, `LessonDueDateWrong`, `LessonAssigned`,
    `LessonCompleted`.
    """
    assert viewer.role in MANAGERS, "managers assign lessons"
    async with transaction(viewer, "assign_lesson", reason=reason) as unit:
        lesson = await locked(Article, viewer, lesson_id, kind=ArticleKind.LESSON, audience=ArticleAudience.STAFF)
        if not is_read(lesson.status, lesson.readable_until, unit.today):
            raise NotPossibleNow(current=lesson.status)
        if not await Staff.visible_to(viewer).filter(id=staff_id, is_active=True).exists():
            raise NotFound
        check_due_date(unit.today, due_on)
        whose = {"lesson_id": lesson.id, "staff_id": staff_id}
        if await StaffLesson.exists(**whose):
            raise LessonAssigned
        if await StaffLessonCompletion.exists(**whose):
            raise LessonCompleted
        unit.subject = assigned = await StaffLesson.create(
            **whose, assigned_by_id=viewer.staff_id, due_on=due_on, reason=reason, cause_code=cause_code
        )
        return assigned


async def complete_staff_lesson(viewer: Viewer, *, version_id: int, answers: Answers) -> StaffLessonCompletion:
    """Complete a lesson for staff, assigned or not; who has completed it, in whichever version, is given that again.

    Raises `NotFound`, `AnswersMissing`, `AnswersWrong`.
    """
    assert viewer.staff_id is not None, "staff complete lessons for staff"
    async with transaction(viewer, "complete_staff_lesson") as unit:
        lesson, version = await lesson_shown(viewer, version_id, ArticleAudience.STAFF)
        await locked(Article, viewer, lesson.id)  # Whoever assigns it waits, or has assigned it.
        own = {"lesson_id": lesson.id, "staff_id": viewer.staff_id}
        unit.subject = completion = await StaffLessonCompletion.get_or_none(**own)
        if completion is None:
            check_answers(await questions_of(version), answers)
            unit.subject = completion = await StaffLessonCompletion.create(version_id=version.id, **own)
            await StaffLesson.filter(**own).update(completion_id=completion.id)
        return completion
