"""Finding articles, and what was looked for in vain."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from resolvers.service import searches
from rules.people.access import EVERYONE
from rules.people.kinds import Locale
from rules.service.articles import EDITORS
from schema.context import Info
from schema.declarations import Input, input, query, text, value, whole

if TYPE_CHECKING:
    from schema.service.articles import Article, ArticleVersion


@value(searches.Found)
class FoundArticle:
    """An article that was found."""

    article: Article
    """Which one."""
    version: ArticleVersion
    """What it says now."""


@value(searches.ArticleSearch)
class SearchArticlesSuccess:
    """What was found."""

    found: list[FoundArticle]
    """The best first, 20 at most; none where nothing has at least half of the words."""
    words: list[str]
    """What was looked for, as it was cut up; none where the text has no letter and no digit."""


@input
class SearchArticlesInput(Input):
    """What to look for."""

    text: str = text(0, 500)
    """A question or words, in either language: any signs, none of which means anything. The first 24 words count."""


@query(allow=EVERYONE)
async def search_articles(info: Info, input: SearchArticlesInput) -> searches.ArticleSearch:
    """Find published articles by words of their titles and texts, in both languages."""
    return await searches.search_articles(info.context.viewer, **input.values())


@value(searches.UnfoundPhrase)
class UnfoundPhrase:
    """What was looked for in vain; nothing says by whom."""

    phrase: str
    """The words, in small letters and without signs."""
    locale: Locale
    """The language of whoever looked."""
    times: int
    """How often."""
    last_on: date
    """The last business day on which it was."""


@value(searches.UnfoundPhrases)
class UnfoundSearchesSuccess:
    """What was looked for in vain."""

    since: date
    """The first business day that is counted."""
    phrases: list[UnfoundPhrase]
    """Most often first, 50 at most."""


@input
class UnfoundSearchesInput(Input):
    """Of which time."""

    days: int = whole(1, 366)
    """So many business days, today being the last."""


@query(allow=EDITORS)
async def unfound_searches(info: Info, input: UnfoundSearchesInput) -> searches.UnfoundPhrases:
    """Say what customers and visitors looked for in vain: what should be written next."""
    return await searches.unfound_searches(info.context.viewer, **input.values())
