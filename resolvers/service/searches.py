"""Finding published texts by their words, and keeping what was looked for in vain."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from tortoise.functions import Max, Sum

from models import Article, ArticleVersion, ArticleWords, LessonPage, UnfoundSearch, Viewer
from models.database.handwritten import write_together
from models.database.reading import dialect, fetch
from models.database.searches import as_query
from models.database.transaction import bare_transaction
from models.service.searches import KEEP_UNFOUND, ranked_statement
from rules.people.access import ALL_STAFF, CUSTOMERS, Role
from rules.people.kinds import Locale
from rules.service.searches import MOST_UNFOUND, asked_words, fewest_matched, index_words, phrase_to_keep

_COUNTED = CUSTOMERS | {Role.VISITOR}
"""Whose questions say what is missing; colleagues try things out."""
MOST_UNFOUND_A_DAY = 1_000
"""So many phrases are kept a day, whoever makes them up."""


@dataclass(frozen=True)
class Found:
    """An article that was found, as it reads today."""

    article: Article
    version: ArticleVersion


@dataclass(frozen=True)
class ArticleSearch:
    """What was found, the best first, and for which words."""

    found: tuple[Found, ...]
    words: tuple[str, ...]


async def search_articles(viewer: Viewer, *, text: str) -> ArticleSearch:
    """Find published articles that the viewer may read by at least half of the words of a text, in two statements.

    What a customer or visitor looked for in vain is kept, without saying who.
    """
    words = asked_words(text)
    found = await _find(viewer, words) if words else ()
    if words and not found and viewer.role in _COUNTED:
        await _keep_unfound(viewer, text)
    return ArticleSearch(found, words)


async def _find(viewer: Viewer, words: tuple[str, ...]) -> tuple[Found, ...]:
    spoken = dialect()
    statement = ranked_statement(len(words), spoken, is_for_staff=viewer.role in ALL_STAFF)
    values = [*(as_query(word, spoken) for word in words), fewest_matched(len(words)), viewer.today]
    places = {int(row[0]): place for place, row in enumerate(await fetch(statement, values))}
    if not places:
        return ()
    versions = await ArticleVersion.visible_to(viewer).filter(id__in=list(places)).select_related("article")
    return tuple(Found(each.article, each) for each in sorted(versions, key=lambda each: places[each.id]))


async def index_article(version: ArticleVersion) -> None:
    """Let a version be found that is published in this transaction, and the one before no more."""
    title_words, body_words = await words_of(version)
    await ArticleWords.filter(article_id=version.article_id).delete()
    await ArticleWords.create(article_id=version.article_id, title_words=title_words, body_words=body_words)


async def forget_article(article: Article) -> None:
    """Let an article not be found any more."""
    await ArticleWords.filter(article_id=article.id).delete()


async def words_of(version: ArticleVersion) -> tuple[str, str]:
    """Give the words of a version's title, and those of all else that is read of it."""
    pages = await LessonPage.filter(version_id=version.id).order_by("number")
    texts = [version.summary_zh, version.summary_en, version.body_zh, version.body_en]
    texts += [text for page in pages for text in (page.text_zh, page.text_en)]
    return index_words(f"{version.title_zh} {version.title_en}"), index_words(" ".join(texts))


async def _keep_unfound(viewer: Viewer, text: str) -> None:
    """Count what was looked for, and nothing else: an audit entry would say at what moment, and soon by whom."""
    phrase = phrase_to_keep(text)
    if phrase is not None:
        day, midnight = viewer.today, datetime.combine(viewer.today, time(), UTC)
        said = {"searched_on": day, "created_at": midnight, "locale": viewer.locale.value, "phrase": phrase}
        async with bare_transaction() as connection:
            await write_together(connection, [KEEP_UNFOUND], {**said, "most": MOST_UNFOUND_A_DAY})


@dataclass(frozen=True)
class UnfoundPhrase:
    """What was looked for in vain, and how often."""

    phrase: str
    locale: Locale
    times: int
    last_on: date


@dataclass(frozen=True)
class UnfoundPhrases:
    """What was looked for in vain since a day, most often first."""

    since: date
    phrases: tuple[UnfoundPhrase, ...]


async def unfound_searches(viewer: Viewer, *, days: int) -> UnfoundPhrases:
    """Give what was looked for in vain in the last days, most often first, `MOST_UNFOUND` at most."""
    since = viewer.today - timedelta(days=days - 1)
    rows = (
        UnfoundSearch.visible_to(viewer)
        .filter(searched_on__gte=since)
        .annotate(sum=Sum("times"), last=Max("searched_on"))
    )
    grouped = rows.group_by("phrase", "locale").order_by("-sum", "phrase", "locale").limit(MOST_UNFOUND)
    found = await grouped.values("phrase", "locale", "sum", "last")
    return UnfoundPhrases(since, tuple(_phrase(row) for row in found))


def _phrase(row: dict[str, object]) -> UnfoundPhrase:
    last = row["last"]
    return UnfoundPhrase(
        phrase=str(row["phrase"]),
        locale=Locale(str(row["locale"])),
        times=int(str(row["sum"])),
        last_on=last if isinstance(last, date) else date.fromisoformat(str(last)),
    )
