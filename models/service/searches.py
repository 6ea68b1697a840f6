"""The words by which published texts are found, and what was looked for in vain."""

from functools import cache
from typing import ClassVar

from tortoise import fields

from models.base import Internal, StaffOnly
from models.database.handwritten import Statement
from models.database.searches import hits_statement
from models.fields import DateField, LongTextField, NumberField, TextField, reference
from rules.people.access import Role
from rules.people.kinds import Locale
from rules.service.articles import EDITORS, ArticleAudience, ArticleStatus
from rules.service.searches import MOST_FOUND


class ArticleWords(Internal):
    """Every word of a published version, in both languages; `models.database.searches` lets the database find by them."""

    article = reference("Article", unique=True)
    article_id: int
    title_words = LongTextField()
    """Each once, between spaces."""
    body_words = LongTextField()
    """Those of everything but the title."""

    class Meta:
        table = "article_words"


class UnfoundSearch(StaffOnly):
    """What people looked for in vain on a day, and how often: nothing says who, or at what time."""

    seen_by: ClassVar[frozenset[Role]] = EDITORS

    searched_on = DateField()
    locale = fields.CharEnumField(Locale, max_length=5)
    phrase = TextField(60)
    times = NumberField()

    class Meta:
        table = "unfound_search"
        unique_together = (("searched_on", "locale", "phrase"),)


KEEP_UNFOUND = Statement(
    "unfound_search",
    """
    INSERT INTO unfound_search (created_at, searched_on, locale, phrase, times)
    SELECT :created_at, :searched_on, :locale, :phrase, 1
    WHERE (SELECT COUNT(*) FROM unfound_search AS kept WHERE kept.searched_on = :searched_on) < :most
    OR EXISTS (SELECT 1 FROM unfound_search AS kept
               WHERE kept.searched_on = :searched_on AND kept.locale = :locale AND kept.phrase = :phrase)
    ON CONFLICT (searched_on, locale, phrase) DO UPDATE SET times = unfound_search.times + 1
    """,
    {"created_at": "timestamptz", "searched_on": "date", "locale": "text", "phrase": "text", "most": "bigint"},
)
"""Counts a phrase once more on its day; a new one only while the day has fewer than so many."""


@cache
def ranked_statement(words: int, dialect: str, *, is_for_staff: bool) -> str:
    """Write the SELECT of the ids of published versions that have enough of so many words, the best first.

    A word counts for more in a title, and the fewer texts have it. All is whole numbers, so both databases agree. The
    values are the words as queries, how many must be met, and the business date.
    """
    sign = "?" if dialect == "sqlite" else "$"
    fewest, today = f"{sign}{words + 1}", f"{sign}{words + 2}"
    if dialect != "sqlite":
        fewest, today = f"{fewest}::bigint", f"{today}::date"
    hits = " UNION ALL ".join(
        f"SELECT id, {word} AS word, {weight} AS weight FROM ("  # noqa: S608  Names and numbers of ours.
        f"{hits_statement('article_words', column, dialect, f'{sign}{word}')}) AS hit_{word}_{weight}"
        for word in range(1, words + 1)
        for column, weight in _WEIGHTS.items()
    )
    for_whom = "" if is_for_staff else f" AND article.audience = '{ArticleAudience.CUSTOMERS}'"
    return f"""
SELECT version.id FROM (
  SELECT id, SUM(weight * 1000000 / spread) AS score FROM (
    SELECT id, word, weight, COUNT(*) OVER (PARTITION BY word) AS spread FROM ({hits}) AS hits) AS weighed
  GROUP BY id HAVING COUNT(DISTINCT word) >= {fewest}) AS ranked
JOIN article_words ON article_words.id = ranked.id
JOIN article ON article.id = article_words.article_id AND article.status = '{ArticleStatus.PUBLISHED}'
  AND article.readable_until > {today}{for_whom}
JOIN article_version AS version ON version.article_id = article.id AND version.is_current
ORDER BY ranked.score DESC, version.id LIMIT {MOST_FOUND}"""  # noqa: S608  Names and numbers of ours.


_WEIGHTS = {"title_words": 4, "body_words": 1}
