"""Lessons that managers assign to members of staff, and who reads what came of it."""

from datetime import timedelta

import pytest

from models import AuditEntry, StaffLesson, StaffLessonCompletion
from resolvers.service import articles, lessons, staff_lessons
from rules.errors import NotFound
from rules.people.access import Role
from rules.service.articles import ArticleAudience, ArticleKind
from rules.service.lessons import AnswersMissing, AnswersWrong
from rules.service.staff_lessons import LessonAssigned, LessonCompleted, LessonDueDateWrong
from rules.states import NotPossibleNow
from tests import make, teaching

DAY = timedelta(days=1)


async def staff_lesson(**changed):
    return await teaching.lesson(ArticleAudience.STAFF, **changed)


async def assign(manager, lesson, officer, **changed):
    said = {"due_on": make.TODAY + 14 * DAY, "reason": "Three complaints about delay.", **changed}
    return await staff_lessons.assign_lesson(manager, lesson_id=lesson.article_id, staff_id=officer.id, **said)


async def complete(officer, lesson, answers=teaching.RIGHT):
    viewer = await make.signed_in(officer)
    return await staff_lessons.complete_staff_lesson(viewer, version_id=lesson.id, answers=answers)


async def test_what_is_assigned_is_completed_by_the_one_who_is_to(db):
    officer, colleague = await make.staff(), await make.staff()
    manager, lesson = await teaching.manager(), await staff_lesson()
    assigned = await assign(manager, lesson, officer, cause_code="DELAY")
    assert (assigned.reason, assigned.cause_code, assigned.completion_id) == (
        "Three complaints about delay.",
        "DELAY",
        None,
    )
    assert assigned.assigned_by_id == manager.staff_id
    entry = await AuditEntry.get(operation="assign_lesson")
    assert (entry.subject, entry.reason) == (f"StaffLesson:{assigned.id}", "Three complaints about delay.")
    await complete(colleague, lesson)
    await assigned.refresh_from_db()
    assert assigned.completion_id is None
    with pytest.raises(AnswersWrong) as refused:
        await complete(officer, lesson, [(1, 2), (2, 1)])
    assert refused.value.questions == (1, 2)
    done = await complete(officer, lesson)
    await assigned.refresh_from_db()
    assert (assigned.completion_id, done.version_id) == (done.id, lesson.id)
    assert (await complete(officer, lesson)).id == done.id
    assert await StaffLessonCompletion.all().count() == 2


async def test_each_reads_his_own_and_managers_and_auditors_all(db):
    officer, marketer = await make.staff(), await make.staff(role=Role.MARKETER)
    manager, lesson = await teaching.manager(), await staff_lesson()
    mine, his = await assign(manager, lesson, officer), await assign(manager, lesson, marketer)
    await complete(officer, lesson)
    auditor = await make.signed_in(await make.staff(role=Role.AUDITOR))
    admin = await make.signed_in(await make.staff(role=Role.ADMIN))
    customer = make.viewer(await make.customer())
    seen = {
        manager: ([mine.id, his.id], 1),
        auditor: ([mine.id, his.id], 1),
        await make.signed_in(officer): ([mine.id], 1),
        await make.signed_in(marketer): ([his.id], 0),
        admin: ([], 0),
        customer: ([], 0),
    }
    for viewer, (ids, completed) in seen.items():
        rows = await StaffLesson.visible_to(viewer).order_by("id")
        assert [row.id for row in rows] == ids, viewer.role
        assert await StaffLessonCompletion.visible_to(viewer).count() == completed, viewer.role


async def test_what_cannot_be_assigned_is_refused_and_nothing_is_kept(db):
    officer, other, left = await make.staff(), await make.staff(), await make.staff(is_active=False)
    manager, lesson, done = await teaching.manager(), await staff_lesson(), await staff_lesson()
    await assign(manager, lesson, officer)
    await complete(officer, done)
    draft = await teaching.written(ArticleKind.LESSON, ArticleAudience.STAFF)
    for_customers, text = await teaching.lesson(), await teaching.published(audience=ArticleAudience.STAFF)
    before = await make.everything()
    for refusal, version, whom, said in (
        (LessonAssigned, lesson, officer, {}),
        (LessonCompleted, done, officer, {}),
        (NotPossibleNow, draft, officer, {}),
        (NotFound, for_customers, officer, {}),
        (NotFound, text, officer, {}),
        (NotFound, done, left, {}),
        (LessonDueDateWrong, done, other, {"due_on": make.TODAY - DAY}),
    ):
        with pytest.raises(refusal):
            await assign(manager, version, whom, **said)
    assert await make.everything() == before


async def test_a_lesson_that_is_over_or_withdrawn_is_neither_assigned_nor_completed(db):
    officer, manager = await make.staff(), await teaching.manager()
    over, gone = await staff_lesson(expires_on=make.TODAY + DAY), await staff_lesson()
    await articles.withdraw_article(manager, article_id=gone.article_id)
    await make.travel_to(make.TODAY + DAY)
    for lesson in (over, gone):
        with pytest.raises(NotPossibleNow):
            await assign(manager, lesson, officer)
        for somebody in (officer, await make.staff(role=Role.MANAGER)):
            with pytest.raises(NotFound):
                await complete(somebody, lesson)
    assert not await StaffLesson.exists()
    assert not await StaffLessonCompletion.exists()


async def test_lessons_of_staff_and_of_customers_are_two_things(db):
    officer, customer = await make.staff(), make.viewer(await make.customer())
    for_staff, for_customers = await staff_lesson(), await teaching.lesson()
    with pytest.raises(NotFound):
        await complete(officer, for_customers)
    with pytest.raises(NotFound):
        await lessons.complete_lesson(customer, version_id=for_staff.id, answers=teaching.RIGHT)
    with pytest.raises(AnswersMissing):
        await complete(officer, for_staff, [(1, 1)])
    assert not await StaffLessonCompletion.exists()
