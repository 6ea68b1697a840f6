"""Surveys: what they ask, of whom and when."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import models
from rules.people.access import AUDITORS, IN_CHARGE, MARKETERS
from rules.people.kinds import Locale, in_language
from rules.products.states import ProposalStatus
from rules.service.surveys import QuestionKind, SurveyKind, SurveyOccasion
from schema.declarations import (
    LOCALE,
    Connection,
    Node,
    children,
    computed,
    connection,
    filter_of,
    matches,
    node,
    relation,
    root,
)

if TYPE_CHECKING:
    from schema.people.staff import Staff


def _choices(choices_zh: str, choices_en: str, locale: Locale) -> list[str]:
    return _lines(in_language(choices_zh, choices_en, locale))


def _lines(choices: str) -> list[str]:
    return choices.split("\n") if choices else []


@node(models.Survey)
class Survey(Node):
    """What is measured on an occasion; its current version says what is asked, and of whom."""

    kind: SurveyKind
    """How it measures."""
    occasion: SurveyOccasion
    """What has just happened when somebody is asked."""
    name: str = computed(in_language, "name_zh", "name_en", LOCALE)
    """What colleagues call it, in the viewer's language."""
    created_at: datetime
    """When it was first proposed."""
    ended_at: datetime | None
    """When it was ended; null while it asks, or waits for its first approval."""
    ended_by: Staff | None = relation("ended_by_id")
    """Who ended it; null before, and to marketers."""
    versions: list[SurveyVersion] = children(via="survey_id", order_by="number")
    """What it asked, asks, and may ask, the oldest first."""


@node(models.SurveyVersion)
class SurveyVersion(Node):
    """What a survey asks, and on what terms; once approved it never changes."""

    number: int
    """From 1, by survey."""
    kind: SurveyKind
    """How it measures: NPS from 0 to 10, CSAT from 1 to 5, CES from 1 to 7, a FORM not at all."""
    status: ProposalStatus
    """Where it stands; customers see what was approved."""
    is_current: bool
    """Whether it is the one that is asked, until its survey ends."""
    title: str = computed(in_language, "title_zh", "title_en", LOCALE)
    """The question that is scored, or the title of a form, in the viewer's language."""
    title_zh: str
    """The same in Chinese, for whoever checks both languages."""
    title_en: str
    """The same in English."""
    sample_percent: int
    """Of a hundred occasions, so many are drawn by chance."""
    delay_hours: int
    """From the occasion until somebody is asked."""
    cooldown_days: int
    """Nobody is asked who was asked by any survey within so many days."""
    most_a_year: int
    """Nobody is asked more often in 365 days, by all surveys together."""
    remind_after_days: int | None
    """When whoever has not answered is asked again, once; null: never."""
    open_days: int
    """For how long one can answer."""
    created_at: datetime
    """When it was proposed."""
    decided_at: datetime | None
    """When it was decided; null before."""
    survey: Survey | None = relation("survey_id")
    """Of which survey; null to customers."""
    pages: list[SurveyPage] = children(via="version_id", order_by="number")
    """What is asked after the score, or by a form, in order."""
    proposed_by: Staff | None = relation("proposed_by_id")
    """Who proposed it; null to customers and marketers."""
    decided_by: Staff | None = relation("decided_by_id")
    """Who decided it, never the same person; null before, and to customers and marketers."""


@node(models.SurveyPage)
class SurveyPage(Node):
    """Questions that are shown together, perhaps only after a certain answer."""

    number: int
    """From 1."""
    if_question: int | None
    """Shown only after this earlier question, 0 for the score, was answered by a number within the two bounds; null: always."""
    if_lowest: int | None
    """The lowest such number."""
    if_highest: int | None
    """The highest such number."""
    questions: list[SurveyQuestion] = children(via="page_id", order_by="number")
    """What is asked on it."""


@node(models.SurveyQuestion)
class SurveyQuestion(Node):
    """A question of a page."""

    number: int
    """From 1, over all pages: answers name it."""
    kind: QuestionKind
    """How it is answered."""
    is_required: bool
    """Whether it has to be answered where its page is shown."""
    text: str = computed(in_language, "text_zh", "text_en", LOCALE)
    """What is asked, in the viewer's language."""
    text_zh: str
    """The same in Chinese, for whoever checks both languages."""
    text_en: str
    """The same in English."""
    choices: list[str] = computed(_choices, "choices_zh", "choices_en", LOCALE)
    """The choices in the viewer's language; the first is answered by 1. Empty where there is no choice."""
    choices_zh: list[str] = computed(_lines, "choices_zh")
    """The same in Chinese."""
    choices_en: list[str] = computed(_lines, "choices_en")
    """The same in English."""
    lowest: int | None
    """The lowest number that answers it; null where words do."""
    highest: int | None
    """The highest such number."""


@filter_of(models.Survey)
class SurveyFilter:
    """Narrows a list of surveys."""

    occasion: SurveyOccasion | None = matches("occasion")
    """Those asked on this occasion."""


@root
class SurveyRoot:
    surveys: Connection[Survey] = connection(filter=SurveyFilter, allow=IN_CHARGE | AUDITORS | MARKETERS)
    """All surveys there are and were, oldest first."""
