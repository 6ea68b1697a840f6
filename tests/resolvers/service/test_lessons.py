"""Lessons: completed by answering the questions of the version that was shown."""

import asyncio

import pytest
from tortoise.exceptions import IntegrityError

from models import LessonCompletion
from resolvers.service import articles, lessons
from rules.errors import NotFound
from rules.service.articles import ArticleAudience, ArticleKind
from rules.service.lessons import AnswersMissing, AnswersWrong, ChoiceText, QuestionText
from tests import make, teaching


async def complete(customer, version, answers=teaching.RIGHT):
    return await lessons.complete_lesson(make.viewer(customer), version_id=version.id, answers=answers)


async def test_who_answers_all_questions_rightly_has_completed_the_lesson_once(db):
    customer, lesson = await make.customer(), await teaching.lesson()
    done = await complete(customer, lesson)
    assert (done.customer_id, done.lesson_id, done.version_id) == (customer.id, lesson.article_id, lesson.id)
    assert (await complete(customer, lesson)).id == done.id
    assert (await complete(customer, lesson, [])).id == done.id
    await complete(await make.customer(), lesson)
    assert await LessonCompletion.all().count() == 2


async def test_wrong_answers_are_named_and_nothing_is_kept(db):
    customer, lesson = await make.customer(), await teaching.lesson()
    before = await make.everything()
    with pytest.raises(AnswersWrong) as refused:
        await complete(customer, lesson, [(1, 2), (2, 3)])
    assert refused.value.questions == (1,)
    for missing in ([], [(1, 1)], [(1, 1), (2, 4)], [(1, 1), (2, 3), (3, 1)]):
        with pytest.raises(AnswersMissing):
            await complete(customer, lesson, missing)
    assert await make.everything() == before
    await complete(customer, lesson)


async def test_the_questions_are_those_of_the_version_that_was_shown(db):
    customer, shown = await make.customer(), await teaching.lesson()
    other = QuestionText("对吗？", "Is it?", (ChoiceText("对", "Yes"), ChoiceText("错", "No")), 2)
    newer = await teaching.revised(shown.article_id, questions=(other,))
    with pytest.raises(AnswersMissing):
        await complete(customer, newer)
    assert (await complete(customer, shown)).version_id == shown.id
    assert (await complete(customer, newer, [(1, 2)])).version_id == shown.id
    assert await LessonCompletion.all().count() == 1
    assert (await complete(await make.customer(), newer, [(1, 2)])).version_id == newer.id


async def test_what_is_no_lesson_for_customers_or_not_published_is_not_completed(db):
    customer = await make.customer()
    gone = await teaching.lesson()
    await articles.withdraw_article(await teaching.manager(), article_id=gone.article_id)
    closed = [
        await teaching.written(ArticleKind.LESSON),
        await teaching.lesson(ArticleAudience.STAFF),
        await teaching.published(),
        gone,
    ]
    before = await make.everything()
    for version in closed:
        with pytest.raises(NotFound):
            await complete(customer, version)
    assert await make.everything() == before


async def test_the_same_at_once_is_completed_once(db):
    customer, lesson = await make.customer(), await teaching.lesson()
    done = await asyncio.gather(*(complete(customer, lesson) for _ in range(8)))
    assert len({each.id for each in done}) == 1
    assert await LessonCompletion.all().count() == 1


async def test_a_completion_stays(db):
    done = await complete(await make.customer(), await teaching.lesson())
    with pytest.raises(IntegrityError, match="append-only"):
        async with make.unit():
            await LessonCompletion.filter(id=done.id).delete()
    with pytest.raises(IntegrityError, match="append-only"):
        async with make.unit():
            await LessonCompletion.filter(id=done.id).update(version_id=1)
