"""Articles, news and lessons: what they are, how they live, and until when they are read."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from rules.errors import Refused
from rules.people.access import AUDITORS, MANAGERS, MARKETERS, Role
from rules.states import Move, StateMachine

WRITERS = MANAGERS | MARKETERS
"""Who writes, and reads what is only written."""
EDITORS = WRITERS | AUDITORS
"""Who sees drafts, review dates and counts."""
REVIEWED_AFTER = timedelta(days=180)
"""When somebody should look at a text again, unless its writer says otherwise."""
LONGEST_UNREVIEWED = timedelta(days=731)
NEVER = date(2150, 1, 1)
"""Until when one reads what has no end."""


class ArticleKind(StrEnum):
    """What kind of text it is."""

    ARTICLE = "ARTICLE"
    """Explains something."""
    NEWS = "NEWS"
    """Says what is new."""
    LESSON = "LESSON"
    """Short pages, and questions at the end."""


class ArticleAudience(StrEnum):
    """For whom it is."""

    CUSTOMERS = "CUSTOMERS"
    """For everybody, signed in or not."""
    STAFF = "STAFF"
    """For the people at the desks only."""


class ArticleCategory(StrEnum):
    """What it is about."""

    BORROWING = "BORROWING"
    """Applying, and what a contract says."""
    COSTS = "COSTS"
    """Interest, fees and penalties."""
    REPAYING = "REPAYING"
    """Paying as agreed, or earlier."""
    DIFFICULTIES = "DIFFICULTIES"
    """When paying becomes difficult."""
    SAFETY = "SAFETY"
    """Fraud, passwords and data."""
    RIGHTS = "RIGHTS"
    """Complaints, withdrawal and consent."""
    SERVICES = "SERVICES"
    """The app, points and events."""
    CONDUCT = "CONDUCT"
    """How staff treat customers."""


class ArticleStatus(StrEnum):
    """Where an article stands."""

    DRAFT = "DRAFT"
    """Written, and never published: only those who write and audit see it."""
    PUBLISHED = "PUBLISHED"
    """Its current version is read, until its last day."""
    WITHDRAWN = "WITHDRAWN"
    """Nobody but those who write and audit reads it."""


ARTICLE_MOVES = StateMachine(
    ArticleStatus.DRAFT,
    (
        Move(ArticleStatus.DRAFT, ArticleStatus.PUBLISHED, MANAGERS, "approve"),
        Move(ArticleStatus.PUBLISHED, ArticleStatus.PUBLISHED, MANAGERS, "approve a new version"),
        Move(ArticleStatus.PUBLISHED, ArticleStatus.WITHDRAWN, MANAGERS, "withdraw"),
        Move(ArticleStatus.WITHDRAWN, ArticleStatus.PUBLISHED, MANAGERS, "approve another version"),
    ),
)


@dataclass(eq=False)
class ArticleDatesWrong(Refused):
    """A text is looked at again within two years, and its last day, if it has one, is still to come."""

    code = "ARTICLE_DATES_WRONG"
    path = ("draft", "reviewOn")


def check_dates(today: date, review_on: date, expires_on: date | None) -> None:
    """Let a text be reviewed in time, and end in the future if ever. Raises `ArticleDatesWrong`."""
    is_reviewed_in_time = today < review_on <= today + LONGEST_UNREVIEWED
    if not is_reviewed_in_time or (expires_on is not None and not today < expires_on < NEVER):
        raise ArticleDatesWrong


def is_read(status: ArticleStatus, readable_until: date, today: date) -> bool:
    """Say whether those for whom a text is read it today."""
    return status is ArticleStatus.PUBLISHED and today < readable_until


def last_day(readable_until: date) -> date | None:
    """Give the first day on which a text is not read any more; None if it has no end."""
    return readable_until if readable_until < NEVER else None


def is_review_due(review_on: date, role: Role, today: date) -> bool | None:
    """Say to those who write whether a text should be looked at again; None to everybody else."""
    return today >= review_on if role in EDITORS else None
