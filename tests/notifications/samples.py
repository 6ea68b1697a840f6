"""Values to plant in events and refusals, easy to find again in a text."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from notifications.events import Event
from notifications.notifications.previews import KindName
from notifications.notifications.promotions import ChineseWords, EnglishWords
from notifications.previews import filled
from rules.applications.drafts import ApplicationPart
from rules.applications.steps import Skill
from rules.money import Money
from rules.notifications.classes import Category
from rules.people.kinds import Bilingual, Locale
from rules.service.survey_answers import AnswerProblem
from rules.service.surveys import SurveyProblem

PLANTED: dict[Any, Any] = {
    int: 7351926,
    str: "PLANTED-A-2026-000045",
    Decimal: Decimal("0.073519"),
    date: date(2031, 7, 29),
    datetime: datetime(2031, 7, 29, 3, 45, tzinfo=UTC),
    Money: Money(Decimal("73519.26"), "CNY"),
    Skill: Skill.REFINANCING,
    ApplicationPart: ApplicationPart.INCOME,
    Category: Category.EDUCATION,
    SurveyProblem: SurveyProblem.NOTHING_ASKED,
    AnswerProblem: AnswerProblem.UNKNOWN,
    Bilingual: Bilingual("PLANTED-等级", "PLANTED-LEVEL"),
    KindName: KindName("NewSignIn"),
    ChineseWords: "本月积分翻倍",
    EnglishWords: "Twice the points this month",
}
TRACES = ("7351926", "7,351,926", "PLANTED", "2031", "73519", "73,519", "7.3519")
"""What of these can be seen in a text of either language."""


def every_event() -> list[Event]:
    """Make one of every kind of event, full of planted values."""
    kinds = [kind for kind in Event.kinds.values() if kind.__module__.startswith("notifications.")]
    assert len(kinds) >= 9
    return [filled(kind, PLANTED) for kind in kinds]


def every_event_of_the_catalogues() -> list[Event]:
    """The same without those that bring their own words, which are looked at when they are written."""
    found = [event for event in every_event() if event.own_words(Locale.EN) is None]
    assert len(every_event()) - len(found) == 2, "one kind is written by people, and one shows any other"
    return found
