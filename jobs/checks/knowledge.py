"""Articles: what is kept twice of them, and the words by which they are found."""

from collections.abc import AsyncIterator

from jobs.checks import Check
from models import ArticleVersion, ArticleWords
from models.database.searches import is_searched_as_written
from resolvers.service.searches import words_of

KNOWLEDGE = (
    Check(
        "article {id} is {status}, which its versions do not bear out",
        """SELECT article.id, article.status FROM article LEFT JOIN article_version AS version
           ON version.article_id = article.id AND version.is_current
           WHERE (article.status = 'DRAFT') <> (version.id IS NULL)""",
    ),
    Check(
        "article {id} is not kept as its current version says",
        """SELECT article.id FROM article JOIN article_version AS version
           ON version.article_id = article.id AND version.is_current
           WHERE article.category <> version.category OR article.review_on <> version.review_on
           OR article.readable_until <> COALESCE(version.expires_on, '2150-01-01')""",
    ),
    Check(
        "article {id} is {status}, and can be found, or not, all the same",
        """SELECT article.id, article.status FROM article LEFT JOIN article_words ON article_words.article_id = article.id
           WHERE (article.status = 'PUBLISHED') <> (article_words.id IS NOT NULL)""",
    ),
    Check(
        "article version {id} is a lesson without pages or questions, or no lesson with some",
        """SELECT version.id FROM article_version AS version JOIN article ON article.id = version.article_id
           WHERE (article.kind = 'LESSON') <> EXISTS (SELECT 1 FROM lesson_page WHERE version_id = version.id)
           OR (article.kind = 'LESSON') <> EXISTS (SELECT 1 FROM lesson_question WHERE version_id = version.id)""",
    ),
    Check(
        "lesson question {id} has no right choice, or choices of another version",
        """SELECT question.id FROM lesson_question AS question
           WHERE NOT EXISTS (SELECT 1 FROM lesson_choice AS choice
             WHERE choice.question_id = question.id AND choice.number = question.right_choice)
           OR EXISTS (SELECT 1 FROM lesson_choice AS choice
             WHERE choice.question_id = question.id AND choice.version_id <> question.version_id)""",
    ),
    Check(
        "lesson completion {id} is not of a version of its lesson that was published",
        """SELECT done.id FROM lesson_completion AS done JOIN article_version AS version ON version.id = done.version_id
           WHERE version.article_id <> done.lesson_id OR version.status <> 'APPROVED'""",
    ),
    Check(
        "staff lesson completion {id} is not of a version of its lesson that was published",
        """SELECT done.id FROM staff_lesson_completion AS done
           JOIN article_version AS version ON version.id = done.version_id
           WHERE version.article_id <> done.lesson_id OR version.status <> 'APPROVED'""",
    ),
    Check(
        "staff lesson {id} is completed, and nobody did, or the other way round",
        """SELECT assigned.id FROM staff_lesson AS assigned LEFT JOIN staff_lesson_completion AS done
           ON done.staff_id = assigned.staff_id AND done.lesson_id = assigned.lesson_id
           WHERE COALESCE(done.id, 0) <> COALESCE(assigned.completion_id, 0)""",
    ),
)


async def words_that_differ() -> AsyncIterator[str]:
    """Cut every text that is read again, and hold its words against those by which it is found."""
    last_id, batch = 0, 100
    while rows := await ArticleWords.filter(id__gt=last_id).order_by("id").limit(batch):
        last_id = rows[-1].id
        for row in rows:
            version = await ArticleVersion.get_or_none(article_id=row.article_id, is_current=True)
            if version is not None and (row.title_words, row.body_words) != await words_of(version):
                yield f"article {row.article_id}: its words are not those of what it says"
    if not await is_searched_as_written(ArticleWords._meta.db_table):
        yield "articles are not found by the words that are kept of them"
