"""What is written before somebody else publishes it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from rules.service.articles import REVIEWED_AFTER, ArticleCategory, ArticleKind, check_dates
from rules.service.lessons import PageText, QuestionText, check_lesson


@dataclass(frozen=True, kw_only=True)
class ArticleDraft:
    """All that a version says, in both languages."""

    category: ArticleCategory
    title_zh: str
    title_en: str
    summary_zh: str
    summary_en: str
    body_zh: str
    body_en: str
    review_on: date | None = None
    """None: after half a year."""
    expires_on: date | None = None
    """The first day on which it is not read any more; None: it has no end."""
    pages: Sequence[PageText] = ()
    questions: Sequence[QuestionText] = ()

    def checked(self, kind: ArticleKind, today: date) -> date:
        """Let the draft be whole; gives the day of its review. Raises `LessonIncomplete`, `ArticleDatesWrong`."""
        review_on = self.review_on or today + REVIEWED_AFTER
        check_lesson(kind, self.pages, self.questions)
        check_dates(today, review_on, self.expires_on)
        return review_on

    def texts(self) -> dict[str, str]:
        """Give what there is in each language, by name."""
        return {name: getattr(self, name) for name in TEXTS}


TEXTS = ("title_zh", "title_en", "summary_zh", "summary_en", "body_zh", "body_en")
