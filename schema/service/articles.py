"""Articles, news and lessons."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

import models
from resolvers.service import articles
from rules.people.access import ALL_STAFF, MANAGERS
from rules.people.kinds import in_language
from rules.people.staff import SamePerson
from rules.products.states import ProposalStatus
from rules.service.articles import (
    EDITORS,
    ArticleAudience,
    ArticleCategory,
    ArticleDatesWrong,
    ArticleKind,
    ArticleStatus,
    is_review_due,
    last_day,
)
from rules.states import NotPossibleNow
from schema.context import Info
from schema.declarations import (
    LOCALE,
    TODAY,
    VIEWER,
    Connection,
    Input,
    Node,
    children,
    computed,
    connection,
    filter_of,
    id_of,
    input,
    matches,
    mutation,
    node,
    query,
    relation,
    root,
    value,
    whole,
)

if TYPE_CHECKING:
    from models.viewer import Viewer
    from schema.people.staff import Staff
    from schema.service.lessons import LessonCompletion, LessonPage, LessonQuestion
    from schema.service.votes import ArticleVote


def _review_day(review_on: date, viewer: Viewer) -> date | None:
    return review_on if viewer.role in EDITORS else None


def _review_is_due(review_on: date, viewer: Viewer, today: date) -> bool | None:
    return is_review_due(review_on, viewer.role, today)


@node(models.Article)
class Article(Node):
    """A text through all its versions; whoever does not write reads what is published, until it is over."""

    kind: ArticleKind
    """What kind of text it is."""
    audience: ArticleAudience
    """For whom it is."""
    status: ArticleStatus
    """Where it stands."""
    category: ArticleCategory
    """What it is about."""
    expires_on: date | None = computed(last_day, "readable_until")
    """The first day on which it is not read any more; null if it has no end."""
    review_on: date | None = computed(_review_day, "review_on", VIEWER)
    """When somebody should look at it again; null to those who do not write or audit."""
    is_review_due: bool | None = computed(_review_is_due, "review_on", VIEWER, TODAY)
    """Whether that day has come; null to those who do not write or audit."""
    created_at: datetime
    """When its first version was written."""
    current: ArticleVersion | None = relation(via="article_id", is_current=True)
    """What it says; null before it is published."""
    versions: Connection[ArticleVersion] = connection(via="article_id", order_by="number")
    """All that it said, the first one first: to those who write, also what waits or was declined."""
    completions: Connection[LessonCompletion] = connection(via="lesson_id")
    """Of a lesson: to a customer his own, to staff in charge those of their customers."""


@node(models.ArticleVersion)
class ArticleVersion(Node):
    """What an article says: written by one person, published by another, and then never changed."""

    number: int
    """Which one of the article's it is, from 1."""
    status: ProposalStatus
    """PROPOSED is a draft; readers see what was APPROVED."""
    is_current: bool
    """Whether it is the one that is read."""
    category: ArticleCategory
    """What it is about."""
    title: str = computed(in_language, "title_zh", "title_en", LOCALE)
    """In the viewer's language. Plain text, as all that follows: show signs of HTML as signs."""
    summary: str = computed(in_language, "summary_zh", "summary_en", LOCALE)
    """What it comes to, in the viewer's language."""
    body: str = computed(in_language, "body_zh", "body_en", LOCALE)
    """The text, in the viewer's language; an empty line parts two paragraphs."""
    title_zh: str
    """The title in Chinese, for whoever checks both languages; likewise the five that follow."""
    title_en: str
    """The title in English."""
    summary_zh: str
    """The summary in Chinese."""
    summary_en: str
    """The summary in English."""
    body_zh: str
    """The text in Chinese."""
    body_en: str
    """The text in English."""
    expires_on: date | None
    """The first day on which it is not read any more; null if it has no end."""
    review_on: date | None = computed(_review_day, "review_on", VIEWER)
    """When somebody should look at it again; null to those who do not write or audit."""
    version: int
    """Counts how often the draft was written; send it back when you change or decide it."""
    created_at: datetime
    """When it was written."""
    decided_at: datetime | None
    """When it was published or declined; null before."""
    article: Article | None = relation("article_id")
    """Which text it belongs to."""
    pages: list[LessonPage] = children(via="version_id", order_by="number")
    """Of a lesson, in order; none of anything else."""
    questions: list[LessonQuestion] = children(via="version_id", order_by="number")
    """Of a lesson, in order; none of anything else."""
    vote: ArticleVote | None = relation(via="version_id")
    """What you think of it; null before you said so, and to everybody but customers."""
    proposed_by: Staff | None = relation("proposed_by_id")
    """Who wrote it; null to whoever does not see accounts."""
    decided_by: Staff | None = relation("decided_by_id")
    """Who decided it, never the same person; null before, and to whoever does not see accounts."""


@filter_of(models.Article)
class ArticleFilter:
    """Narrows a list of articles."""

    kind: ArticleKind | None = matches("kind")
    """Those of this kind."""
    category: ArticleCategory | None = matches("category")
    """Those about this."""
    audience: ArticleAudience | None = matches("audience")
    """Those for these people."""
    status: ArticleStatus | None = matches("status")
    """Those that stand here."""


@root
class ArticleRoot:
    articles: Connection[Article] = connection(filter=ArticleFilter)
    """What there is to read, oldest first; customers and visitors read what is published for them."""
    articles_by_review: Connection[Article] = connection(order_by="review_on", filter=ArticleFilter, allow=EDITORS)
    """The same by the day on which somebody should look at it again: what is overdue comes first."""


@input
class ApproveArticleInput(Input):
    """Which version."""

    version_id: int = id_of(models.ArticleVersion)
    """A draft that somebody else wrote."""
    version: int = whole(1, 2**31 - 1)
    """As you saw it."""


@mutation(allow=MANAGERS, refusals=(NotPossibleNow, SamePerson, ArticleDatesWrong))
async def approve_article(info: Info, input: ApproveArticleInput) -> models.ArticleVersion:
    """Publish a version in place of the one before; it can be found at once, and is never changed."""
    return await articles.approve_article(info.context.viewer, **input.values())


@input
class DeclineArticleInput(Input):
    """Which version."""

    version_id: int = id_of(models.ArticleVersion)
    """A draft that somebody else wrote."""
    version: int = whole(1, 2**31 - 1)
    """As you saw it."""


@mutation(allow=MANAGERS, refusals=(NotPossibleNow, SamePerson))
async def decline_article(info: Info, input: DeclineArticleInput) -> models.ArticleVersion:
    """Publish nothing; what is published stays."""
    return await articles.decline_article(info.context.viewer, **input.values())


@input
class WithdrawArticleInput(Input):
    """Which article."""

    article_id: int = id_of(models.Article)
    """One that is published."""


@mutation(allow=MANAGERS, refusals=(NotPossibleNow,))
async def withdraw_article(info: Info, input: WithdrawArticleInput) -> models.Article:
    """Let nobody read an article, nor find it; a version approved later publishes it again."""
    return await articles.withdraw_article(info.context.viewer, **input.values())


@value(articles.VersionFigures)
class VersionFigures:
    """What came of one version."""

    version: ArticleVersion
    """Which one."""
    helpful: int
    """How many customers found it helpful."""
    not_helpful: int
    """How many did not."""
    completed: int
    """How many completed the lesson by it."""


@value(articles.ArticleFigures)
class ArticleFiguresSuccess:
    """What came of an article; nothing says of whom."""

    article: Article
    """Which one."""
    versions: list[VersionFigures]
    """The first one first."""


@input
class ArticleFiguresInput(Input):
    """Which article."""

    article_id: int = id_of(models.Article)
    """Any that you see."""


@query(allow=ALL_STAFF)
async def article_figures(info: Info, input: ArticleFiguresInput) -> articles.ArticleFigures:
    """Count by version how many found an article helpful or not, and completed the lesson."""
    return await articles.article_figures(info.context.viewer, **input.values())
