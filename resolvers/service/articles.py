"""Articles: written by one, published by another in place of what was there, withdrawn, counted."""

from collections import Counter
from dataclasses import dataclass

from tortoise.functions import Count

from models import (
    Article,
    ArticleVersion,
    ArticleVote,
    LessonChoice,
    LessonCompletion,
    LessonPage,
    LessonQuestion,
    StaffLessonCompletion,
    Viewer,
)
from models.database import Unit, locked, transaction
from resolvers.products.proposals import DECIDED, decided
from resolvers.service import searches
from rules.errors import Conflict, NotFound
from rules.products.states import ProposalStatus
from rules.service.articles import (
    ARTICLE_MOVES,
    NEVER,
    WRITERS,
    ArticleAudience,
    ArticleKind,
    ArticleStatus,
    check_dates,
)
from rules.service.drafts import ArticleDraft
from rules.states import NotPossibleNow


async def write_article(
    viewer: Viewer, *, kind: ArticleKind, audience: ArticleAudience, draft: ArticleDraft
) -> ArticleVersion:
    """Write a new article; a manager who did not write it publishes it. Raises `LessonIncomplete`, `ArticleDatesWrong`."""
    assert viewer.role in WRITERS, "articles are written by marketers and managers"
    async with transaction(viewer, "write_article") as unit:
        article = Article(kind=kind, audience=audience, status=ARTICLE_MOVES.initial)
        return await _write(unit, article, ArticleVersion(number=1, version=0), draft)


async def revise_article(
    viewer: Viewer, *, article_id: int, version: int | None = None, draft: ArticleDraft
) -> ArticleVersion:
    """Write the next version of an article, or the one that waits anew, which the editor saw in this version.

    What is published stays as it is meanwhile. Raises `NotFound`, `Conflict`, `NotPossibleNow` where the draft that was
    seen has been decided, `LessonIncomplete`, `ArticleDatesWrong`.
    """
    assert viewer.role in WRITERS, "articles are written by marketers and managers"
    async with transaction(viewer, "revise_article") as unit:
        article = await locked(Article, viewer, article_id)
        written = await ArticleVersion.get_or_none(article_id=article.id, status=ProposalStatus.PROPOSED)
        if written is None and version is not None:
            raise NotPossibleNow(current=article.status)
        if written is not None and written.version != version:
            raise Conflict(current_version=written.version)
        return await _write(unit, article, written or ArticleVersion(number=await _next(article), version=0), draft)


async def _next(article: Article) -> int:
    last = await ArticleVersion.filter(article_id=article.id).order_by("-number").first()
    assert last is not None, "every article has a first version"
    return last.number + 1


async def _write(unit: Unit, article: Article, version: ArticleVersion, draft: ArticleDraft) -> ArticleVersion:
    version.review_on = draft.checked(article.kind, unit.today)
    version.update_from_dict(draft.texts())
    version.category, version.expires_on = draft.category, draft.expires_on
    assert unit.viewer.staff_id is not None, "staff write articles"
    version.status, version.proposed_by_id = ProposalStatus.PROPOSED, unit.viewer.staff_id
    version.version += 1
    if article.status is ArticleStatus.DRAFT:
        _take_over(article, version)
        await article.save()
    version.article_id = article.id
    await version.save()
    for part in (LessonChoice, LessonQuestion, LessonPage):
        await part.filter(version_id=version.id).delete()
    await _write_lesson(version, draft)
    unit.subject = version
    return version


def _take_over(article: Article, version: ArticleVersion) -> None:
    article.category, article.review_on = version.category, version.review_on
    article.readable_until = version.expires_on or NEVER


async def _write_lesson(version: ArticleVersion, draft: ArticleDraft) -> None:
    pages = [
        LessonPage(version_id=version.id, number=number, **vars(page))
        for number, page in enumerate(draft.pages, start=1)
    ]
    await LessonPage.bulk_create(pages)
    for number, asked in enumerate(draft.questions, start=1):
        question = await LessonQuestion.create(
            version_id=version.id,
            number=number,
            text_zh=asked.text_zh,
            text_en=asked.text_en,
            right_choice=asked.right_choice,
        )
        choices = [
            LessonChoice(version_id=version.id, question_id=question.id, number=place, **vars(choice))
            for place, choice in enumerate(asked.choices, start=1)
        ]
        await LessonChoice.bulk_create(choices)


async def approve_article(viewer: Viewer, *, version_id: int, version: int) -> ArticleVersion:
    """Publish a version in place of the one before; somebody else wrote it.

    Raises `NotFound`, `Conflict`, `NotPossibleNow`, `SamePerson`, `ArticleDatesWrong` where its time went by.
    """
    async with transaction(viewer, "approve_article") as unit:
        article, approved = await _decide(unit, version_id, version, ProposalStatus.APPROVED)
        ARTICLE_MOVES.check(article.status, ArticleStatus.PUBLISHED, viewer.role)
        check_dates(unit.today, approved.review_on, approved.expires_on)
        await ArticleVersion.filter(article_id=article.id, is_current=True).update(is_current=False)
        approved.is_current = True
        await approved.save(update_fields=[*DECIDED, "is_current"])
        article.status = ArticleStatus.PUBLISHED
        _take_over(article, approved)
        await article.save(update_fields=["status", "category", "review_on", "readable_until"])
        await searches.index_article(approved)
        return approved


async def decline_article(viewer: Viewer, *, version_id: int, version: int) -> ArticleVersion:
    """Publish nothing; what is published stays. Raises `NotFound`, `Conflict`, `NotPossibleNow`, `SamePerson`."""
    async with transaction(viewer, "decline_article") as unit:
        _, declined = await _decide(unit, version_id, version, ProposalStatus.DECLINED)
        await declined.save(update_fields=DECIDED)
        return declined


async def _decide(unit: Unit, version_id: int, version: int, status: ProposalStatus) -> tuple[Article, ArticleVersion]:
    """Lock an article, then the version that is decided so, unsaved."""
    named = await ArticleVersion.visible_to(unit.viewer).get_or_none(id=version_id)
    if named is None:
        raise NotFound
    article = await locked(Article, unit.viewer, named.article_id)
    proposal = await decided(unit, ArticleVersion, version_id, status)
    if proposal.version != version:
        raise Conflict(current_version=proposal.version)
    unit.subject = proposal
    return article, proposal


async def withdraw_article(viewer: Viewer, *, article_id: int) -> Article:
    """Let nobody read an article, nor find it; a version approved later publishes it again.

    Raises `NotFound`, `NotPossibleNow`.
    """
    async with transaction(viewer, "withdraw_article"):
        article = await locked(Article, viewer, article_id)
        ARTICLE_MOVES.check(article.status, ArticleStatus.WITHDRAWN, viewer.role)
        article.status = ArticleStatus.WITHDRAWN
        await article.save(update_fields=["status"])
        await searches.forget_article(article)
        return article


@dataclass(frozen=True)
class VersionFigures:
    """What came of one version."""

    version: ArticleVersion
    helpful: int
    not_helpful: int
    completed: int


@dataclass(frozen=True)
class ArticleFigures:
    """What came of an article, by version."""

    article: Article
    versions: tuple[VersionFigures, ...]


async def article_figures(viewer: Viewer, *, article_id: int) -> ArticleFigures:
    """Count by version how many found it helpful or not, and completed the lesson. Raises `NotFound`."""
    article = await Article.visible_to(viewer).get_or_none(id=article_id)
    if article is None:
        raise NotFound
    versions = await ArticleVersion.visible_to(viewer).filter(article_id=article.id).order_by("number")
    votes = ArticleVote.filter(version__article_id=article.id).annotate(people=Count("id"))
    voted = await votes.group_by("version_id", "is_helpful").values_list("version_id", "is_helpful", "people")
    thought = {(version_id, bool(is_helpful)): int(people) for version_id, is_helpful, people in voted}
    completed: Counter[int] = Counter()
    for model in (LessonCompletion, StaffLessonCompletion):
        done = model.filter(lesson_id=article.id).annotate(people=Count("id")).group_by("version_id")
        completed.update(dict(await done.values_list("version_id", "people")))
    figures = [
        VersionFigures(each, thought.get((each.id, True), 0), thought.get((each.id, False), 0), completed[each.id])
        for each in versions
    ]
    return ArticleFigures(article, tuple(figures))
