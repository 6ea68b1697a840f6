"""Lessons: completed by whoever answers all questions of the version that he was shown."""

from collections.abc import Sequence

from tortoise.functions import Count

from models import Article, ArticleVersion, LessonChoice, LessonCompletion, LessonQuestion, Viewer
from models.database import one_at_a_time, transaction
from rules.errors import NotFound
from rules.products.states import ProposalStatus
from rules.service.articles import ArticleAudience, ArticleKind, is_read
from rules.service.lessons import Asked, check_answers

Answers = Sequence[tuple[int, int]]
"""The number of each question, and that of what was chosen."""


async def complete_lesson(viewer: Viewer, *, version_id: int, answers: Answers) -> LessonCompletion:
    """Complete a lesson for customers; who has completed it, in whichever version, is given that again.

    Raises `NotFound`, `AnswersMissing`, `AnswersWrong`.
    """
    assert viewer.customer_id is not None, "customers complete lessons for customers"
    async with transaction(viewer, "complete_lesson") as unit:
        lesson, version = await lesson_shown(viewer, version_id, ArticleAudience.CUSTOMERS)
        await one_at_a_time(f"lesson:{lesson.id}:{viewer.actor}")
        own = {"lesson_id": lesson.id, "customer_id": viewer.customer_id}
        unit.subject = completion = await LessonCompletion.get_or_none(**own)
        if completion is None:
            check_answers(await questions_of(version), answers)
            unit.subject = completion = await LessonCompletion.create(version_id=version.id, **own)
        return completion


async def lesson_shown(viewer: Viewer, version_id: int, audience: ArticleAudience) -> tuple[Article, ArticleVersion]:
    """Give a lesson for these people and a version of it that was published. Raises `NotFound`."""
    shown = ArticleVersion.visible_to(viewer).filter(article__kind=ArticleKind.LESSON, article__audience=audience)
    version = await shown.select_related("article").get_or_none(id=version_id)
    if version is None or version.status is not ProposalStatus.APPROVED:  # Who writes sees drafts, too,
        raise NotFound
    lesson: Article = version.article
    if not is_read(lesson.status, lesson.readable_until, viewer.today):  # and what was withdrawn, or is over.
        raise NotFound
    return lesson, version


async def questions_of(version: ArticleVersion) -> list[Asked]:
    """Give a version's questions as they are marked."""
    choices = LessonChoice.filter(version_id=version.id).annotate(choices=Count("id")).group_by("question_id")
    counts = dict(await choices.values_list("question_id", "choices"))
    questions = await LessonQuestion.filter(version_id=version.id).order_by("number")
    return [Asked(each.number, counts[each.id], each.right_choice) for each in questions]
