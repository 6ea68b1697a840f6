"""The pages and questions of lessons, and completing one."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import models
from resolvers.service import lessons
from rules.people.access import CUSTOMERS
from rules.people.kinds import in_language
from rules.service.articles import EDITORS
from rules.service.lessons import MOST_CHOICES, MOST_QUESTIONS, AnswersMissing, AnswersWrong
from schema.context import Info
from schema.declarations import (
    LOCALE,
    VIEWER,
    Input,
    Node,
    children,
    computed,
    id_of,
    input,
    list_of,
    mutation,
    node,
    relation,
    whole,
)

if TYPE_CHECKING:
    from models.viewer import Viewer
    from schema.people.customers import Customer
    from schema.service.articles import Article, ArticleVersion


def _to_editors(right_choice: int, viewer: Viewer) -> int | None:
    return right_choice if viewer.role in EDITORS else None


@node(models.LessonPage)
class LessonPage(Node):
    """A short page of a lesson."""

    number: int
    """Its place, from 1."""
    text: str = computed(in_language, "text_zh", "text_en", LOCALE)
    """In the viewer's language, plain text."""
    text_zh: str
    """The same in Chinese, for whoever checks both languages."""
    text_en: str
    """The same in English."""


@node(models.LessonQuestion)
class LessonQuestion(Node):
    """A question at the end of a lesson; one choice is right."""

    number: int
    """Its place, from 1; answers name it."""
    text: str = computed(in_language, "text_zh", "text_en", LOCALE)
    """In the viewer's language, plain text."""
    text_zh: str
    """The same in Chinese, for whoever checks both languages."""
    text_en: str
    """The same in English."""
    right_choice: int | None = computed(_to_editors, "right_choice", VIEWER)
    """The number of the right choice; null to those who do not write or audit."""
    choices: list[LessonChoice] = children(via="question_id", order_by="number")
    """What can be chosen, in order."""


@node(models.LessonChoice)
class LessonChoice(Node):
    """What can be chosen."""

    number: int
    """Its place within the question, from 1; answers name it."""
    text: str = computed(in_language, "text_zh", "text_en", LOCALE)
    """In the viewer's language, plain text."""
    text_zh: str
    """The same in Chinese, for whoever checks both languages."""
    text_en: str
    """The same in English."""


@node(models.LessonCompletion)
class LessonCompletion(Node):
    """A customer completed a lesson: once, whatever versions come."""

    created_at: datetime
    """When he did."""
    customer: Customer | None = relation("customer_id")
    """Who did."""
    lesson: Article | None = relation("lesson_id")
    """Which lesson; null once it is not read any more."""
    version: ArticleVersion | None = relation("version_id")
    """The version that he was shown; null once the lesson is not read any more."""


@input
class LessonAnswerInput(Input):
    """What was chosen."""

    question: int = whole(1, MOST_QUESTIONS)
    """The number of the question."""
    choice: int = whole(1, MOST_CHOICES)
    """The number of the choice."""


def answers_of(input: Any) -> dict[str, Any]:
    """Give a version and the answers to its questions as resolvers take them."""
    answers = [(answer["question"], answer["choice"]) for answer in input.answers]
    return {"version_id": input.version_id, "answers": answers}


@input
class CompleteLessonInput(Input):
    """The answers to all questions of a lesson."""

    version_id: int = id_of(models.ArticleVersion)
    """The version that was shown, also where another one has taken its place since."""
    answers: list[LessonAnswerInput] = list_of(LessonAnswerInput, MOST_QUESTIONS)
    """One for each question."""


@mutation(allow=CUSTOMERS, refusals=(AnswersMissing, AnswersWrong))
async def complete_lesson(info: Info, input: CompleteLessonInput) -> models.LessonCompletion:
    """Complete a lesson by answering all its questions; wrong answers are named, and one tries again as often as one likes.

    Whoever has completed it, in whichever version, is given that again.
    """
    return await lessons.complete_lesson(info.context.viewer, **answers_of(input))
