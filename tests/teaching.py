"""Articles and lessons, as a marketer writes them and a manager publishes them."""

from typing import Any

from models import Article, ArticleVersion, Viewer
from resolvers.service import articles
from rules.people.access import Role
from rules.service.articles import ArticleAudience, ArticleCategory, ArticleKind
from rules.service.drafts import ArticleDraft
from rules.service.lessons import ChoiceText, PageText, QuestionText
from tests import make

WORDS = {
    "title_zh": "提前还款是怎么回事",
    "title_en": "What early repayment means",
    "summary_zh": "什么时候可以提前还，能省多少。",
    "summary_en": "When you can pay earlier, and what it saves.",
    "body_zh": "您可以随时全部或部分提前还款。",
    "body_en": "You can pay all or a part of it at any time.",
}
PAGES = (
    PageText("利息按天计算。", "Interest is reckoned by the day."),
    PageText("早还少付息。", "Sooner means cheaper."),
)
QUESTIONS = (
    QuestionText(
        "利息怎么算？", "How is interest reckoned?", (ChoiceText("按天", "By day"), ChoiceText("按次", "By visit")), 1
    ),
    QuestionText(
        "早还会怎样？",
        "What does paying sooner do?",
        (ChoiceText("更贵", "Cost more"), ChoiceText("一样", "Nothing"), ChoiceText("更省", "Cost less")),
        3,
    ),
)
RIGHT = [(1, 1), (2, 3)]
"""What answers them."""


async def marketer() -> Viewer:
    """A marketer; each time another one."""
    return await make.signed_in(await make.staff(role=Role.MARKETER))


async def manager() -> Viewer:
    """A manager; each time another one."""
    return await make.signed_in(await make.staff(role=Role.MANAGER))


def draft(**changed: Any) -> ArticleDraft:
    """What is written of an article on repaying early."""
    return ArticleDraft(**{"category": ArticleCategory.REPAYING, **WORDS, **changed})


def lesson_draft(**changed: Any) -> ArticleDraft:
    """What is written of a lesson of two pages and two questions."""
    return draft(**{"pages": PAGES, "questions": QUESTIONS, **changed})


async def written(
    kind: ArticleKind = ArticleKind.ARTICLE, audience: ArticleAudience = ArticleAudience.CUSTOMERS, **changed: Any
) -> ArticleVersion:
    """The draft of a new article, or of another kind of text."""
    made = lesson_draft(**changed) if kind is ArticleKind.LESSON else draft(**changed)
    return await articles.write_article(await marketer(), kind=kind, audience=audience, draft=made)


async def approved(version: ArticleVersion) -> ArticleVersion:
    """A draft, published."""
    return await articles.approve_article(await manager(), version_id=version.id, version=version.version)


async def published(
    kind: ArticleKind = ArticleKind.ARTICLE, audience: ArticleAudience = ArticleAudience.CUSTOMERS, **changed: Any
) -> ArticleVersion:
    """A text that is published."""
    return await approved(await written(kind, audience, **changed))


async def lesson(audience: ArticleAudience = ArticleAudience.CUSTOMERS, **changed: Any) -> ArticleVersion:
    """A lesson that is published."""
    return await published(ArticleKind.LESSON, audience, **changed)


async def revised(article_id: int, **changed: Any) -> ArticleVersion:
    """The next version of an article, published."""
    article = await Article.get(id=article_id)
    made = lesson_draft(**changed) if article.kind is ArticleKind.LESSON else draft(**changed)
    return await approved(await articles.revise_article(await marketer(), article_id=article_id, draft=made))
