"""Writing articles, news and lessons, in both languages."""

from __future__ import annotations

from datetime import date
from typing import Any

import models
from resolvers.service import articles
from rules.service.articles import WRITERS, ArticleAudience, ArticleCategory, ArticleDatesWrong, ArticleKind
from rules.service.drafts import ArticleDraft
from rules.service.lessons import (
    MOST_CHOICES,
    MOST_PAGES,
    MOST_QUESTIONS,
    ChoiceText,
    LessonIncomplete,
    PageText,
    QuestionText,
)
from rules.states import NotPossibleNow
from schema.context import Info
from schema.declarations import Input, day, id_of, input, list_of, mutation, nested, text, whole


@input
class LessonPageInput(Input):
    """What is taught in one step."""

    text_zh: str = text(1, 1_000)
    """In Chinese."""
    text_en: str = text(1, 2_000)
    """The same in English."""


@input
class LessonChoiceInput(Input):
    """What can be chosen."""

    text_zh: str = text(1, 200)
    """In Chinese."""
    text_en: str = text(1, 200)
    """The same in English."""


@input
class LessonQuestionInput(Input):
    """What is asked at the end, with what can be chosen."""

    text_zh: str = text(1, 300)
    """In Chinese."""
    text_en: str = text(1, 300)
    """The same in English."""
    choices: list[LessonChoiceInput] = list_of(LessonChoiceInput, MOST_CHOICES)
    """Two to six."""
    right_choice: int = whole(1, MOST_CHOICES)
    """Which one is right, from 1."""


@input
class ArticleDraftInput(Input):
    """All that a version says. Plain text: what looks like HTML is shown as it is."""

    category: ArticleCategory
    """What it is about."""
    title_zh: str = text(1, 100)
    """In Chinese."""
    title_en: str = text(1, 100)
    """In English."""
    summary_zh: str = text(1, 300)
    """What it comes to, in Chinese."""
    summary_en: str = text(1, 300)
    """The same in English."""
    body_zh: str = text(1, 8_000)
    """The text in Chinese; of a lesson, what one learns in it."""
    body_en: str = text(1, 16_000)
    """The same in English."""
    review_on: date | None = day()
    """When somebody should look at it again: within two years; after 180 days if nothing is said."""
    expires_on: date | None = day()
    """The first day on which it is not read any more; nothing if it has no end."""
    pages: list[LessonPageInput] | None = list_of(LessonPageInput, MOST_PAGES)
    """Of a lesson, at least one; of anything else none."""
    questions: list[LessonQuestionInput] | None = list_of(LessonQuestionInput, MOST_QUESTIONS)
    """Of a lesson, at least one; of anything else none."""


def _draft(sent: dict[str, Any]) -> ArticleDraft:
    pages = [PageText(**page) for page in sent["pages"] or ()]
    questions = [
        QuestionText(**{**question, "choices": [ChoiceText(**choice) for choice in question["choices"]]})
        for question in sent["questions"] or ()
    ]
    return ArticleDraft(**{**sent, "pages": pages, "questions": questions})


@input
class WriteArticleInput(Input):
    """A new article."""

    kind: ArticleKind
    """What kind of text it is; it stays that."""
    audience: ArticleAudience
    """For whom it is; it stays so."""
    draft: ArticleDraftInput = nested(ArticleDraftInput)
    """What its first version says."""


@mutation(allow=WRITERS, refusals=(LessonIncomplete, ArticleDatesWrong))
async def write_article(info: Info, input: WriteArticleInput) -> models.ArticleVersion:
    """Write an article, news or a lesson in both languages; a manager who did not write it publishes it."""
    draft = _draft(input.values()["draft"])
    return await articles.write_article(info.context.viewer, kind=input.kind, audience=input.audience, draft=draft)


@input
class ReviseArticleInput(Input):
    """What an article is to say next."""

    article_id: int = id_of(models.Article)
    """Any, also one that was withdrawn."""
    version: int | None = whole(1, 2**31 - 1)
    """That of the draft that waits, as you saw it; nothing where none waits."""
    draft: ArticleDraftInput = nested(ArticleDraftInput)
    """All that the version says."""


@mutation(allow=WRITERS, refusals=(NotPossibleNow, LessonIncomplete, ArticleDatesWrong))
async def revise_article(info: Info, input: ReviseArticleInput) -> models.ArticleVersion:
    """Write the next version of an article, or its draft anew; what is published stays until a manager approves."""
    sent = input.values()
    return await articles.revise_article(info.context.viewer, **{**sent, "draft": _draft(sent["draft"])})
