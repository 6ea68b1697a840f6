"""Each kind of difference that articles and lessons can show is planted once, and must be found."""

import pytest

from jobs.checks.knowledge import KNOWLEDGE
from jobs.verify import verify
from resolvers.service import lessons, staff_lessons
from rules.service.articles import ArticleAudience
from tests import make, teaching
from tests.databases import ON_POSTGRES
from tests.jobs.test_verify import tampered

PLANTED = {
    "which its versions do not bear out": "UPDATE article SET status = 'DRAFT' WHERE id = 1",
    "is not kept as its current version says": "UPDATE article SET readable_until = '2026-04-01' WHERE id = 1",
    "and can be found, or not, all the same": "DELETE FROM article_words WHERE article_id = 1",
    "or no lesson with some": "UPDATE article SET kind = 'LESSON' WHERE id = 1",
    "has no right choice": "UPDATE lesson_question SET right_choice = 9",
    "lesson completion 1 is not of a version": "UPDATE lesson_completion SET version_id = 1",
    "staff lesson completion 1 is not of a version": "UPDATE staff_lesson_completion SET version_id = 1",
    "is completed, and nobody did": "UPDATE staff_lesson SET completion_id = NULL",
    "its words are not those of what it says": "UPDATE article_words SET body_words = 'x' || body_words",
}
ON_SQLITE = {"are not found by the words": "UPDATE article_words SET body_words = 'x' || body_words"}


async def teach() -> None:
    """An article, a lesson that a customer completed, and one that somebody at a desk did."""
    await teaching.published()
    lesson, for_staff = await teaching.lesson(), await teaching.lesson(ArticleAudience.STAFF)
    customer = make.viewer(await make.customer())
    await lessons.complete_lesson(customer, version_id=lesson.id, answers=teaching.RIGHT)
    officer = await make.staff()
    asked = {"lesson_id": for_staff.article_id, "staff_id": officer.id, "due_on": make.TODAY, "reason": "New here."}
    await staff_lessons.assign_lesson(await teaching.manager(), **asked)
    learner = await make.signed_in(officer)
    await staff_lessons.complete_staff_lesson(learner, version_id=for_staff.id, answers=teaching.RIGHT)


@pytest.mark.parametrize(("sentence", "fault"), (PLANTED | ({} if ON_POSTGRES else ON_SQLITE)).items())
async def test_every_kind_of_difference_is_found(db, sentence, fault):
    await teach()
    assert await verify() == []
    async with tampered(fault):
        found = await verify()
    assert any(sentence in difference for difference in found), found
    assert await verify() == []


def test_every_check_is_planted():
    plain = [check.sentence.replace("{id}", "1") for check in KNOWLEDGE]
    assert [sentence for sentence in plain if not any(part in sentence for part in PLANTED)] == []
