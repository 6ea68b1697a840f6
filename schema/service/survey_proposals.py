"""Proposing surveys, deciding and ending them."""

from __future__ import annotations

from typing import Any

import models
from resolvers.service import surveys
from resolvers.service.surveys import WrittenSurvey
from rules.people.access import MANAGERS
from rules.people.staff import SamePerson
from rules.service.surveys import (
    MOST_CHOICES,
    MOST_PAGES,
    MOST_QUESTIONS,
    PROPOSERS,
    Condition,
    QuestionKind,
    SurveyKind,
    SurveyNotPossible,
    SurveyOccasion,
    SurveyTerms,
    WrittenPage,
    WrittenQuestion,
)
from rules.states import NotPossibleNow
from schema.context import Info
from schema.declarations import Input, id_of, input, list_of, mutation, nested, text, whole


@input
class SurveyChoiceInput(Input):
    """A choice in both languages."""

    text_zh: str = text(1, 100)
    """In Chinese."""
    text_en: str = text(1, 100)
    """In English."""


@input
class SurveyQuestionInput(Input):
    """A question in both languages."""

    kind: QuestionKind
    """How it is answered."""
    is_required: bool
    """Whether it has to be answered where its page is shown."""
    text_zh: str = text(1, 500)
    """What is asked, in Chinese."""
    text_en: str = text(1, 500)
    """The same in English."""
    choices: list[SurveyChoiceInput] | None = list_of(SurveyChoiceInput, MOST_CHOICES)
    """What there is to choose, for a CHOICE only: 2 to 20."""
    lowest: int | None = whole(0, 10)
    """The lowest end of a SCALE."""
    highest: int | None = whole(0, 10)
    """The highest end of a SCALE."""


@input
class SurveyPageInput(Input):
    """Questions that are shown together."""

    if_question: int | None = whole(0, MOST_QUESTIONS)
    """Shows it only after this earlier question, 0 for the score, was answered within the bounds; nothing: always."""
    if_lowest: int | None = whole(0, MOST_CHOICES)
    """The lowest answer after which it is shown; with `ifQuestion` only."""
    if_highest: int | None = whole(0, MOST_CHOICES)
    """The highest answer after which it is shown; with `ifQuestion` only."""
    questions: list[SurveyQuestionInput] = list_of(SurveyQuestionInput, MOST_QUESTIONS)
    """At least one."""


@input
class SurveyContentInput(Input):
    """What a version asks, and on what terms."""

    title_zh: str = text(1, 200)
    """The question that is scored, or the title of a form, in Chinese."""
    title_en: str = text(1, 200)
    """The same in English."""
    sample_percent: int = whole(1, 100)
    """Of a hundred occasions, so many are drawn by chance."""
    delay_hours: int = whole(0, 336)
    """From the occasion until somebody is asked: 1 is usual."""
    cooldown_days: int = whole(1, 365)
    """Asks nobody who was asked by any survey within so many days: 30 is usual."""
    most_a_year: int = whole(1, 12)
    """Asks nobody who was asked so often within 365 days: 4 is usual."""
    remind_after_days: int | None = whole(1, 59)
    """Reminds whoever has not answered, once: after 3 is usual; nothing: never."""
    open_days: int = whole(1, 60)
    """For how long one can answer: 14 is usual."""
    pages: list[SurveyPageInput] = list_of(SurveyPageInput, MOST_PAGES)
    """What is asked after the score; of a form at least one page. None of a survey that is handed out by links."""


def _written(said: dict[str, Any]) -> WrittenSurvey:
    pages = [_page(page) for page in said.pop("pages")]
    titles = {name: said.pop(name) for name in ("title_zh", "title_en")}
    return WrittenSurvey(terms=SurveyTerms(**said), pages=pages, **titles)


def _page(said: dict[str, Any]) -> WrittenPage:
    bounds = [said["if_question"], said["if_lowest"], said["if_highest"]]
    condition = None
    if any(bound is not None for bound in bounds):  # One that is half said is on nothing that is asked before.
        question, lowest, highest = (-1 if bound is None else bound for bound in bounds)
        condition = Condition(question=question, lowest=lowest, highest=highest)
    return WrittenPage(questions=[_question(each) for each in said["questions"]], condition=condition)


def _question(said: dict[str, Any]) -> WrittenQuestion:
    choices = said.pop("choices") or []
    return WrittenQuestion(
        choices_zh=[each["text_zh"] for each in choices], choices_en=[each["text_en"] for each in choices], **said
    )


@input
class ProposeSurveyInput(Input):
    """A survey, by its first version."""

    kind: SurveyKind
    """How it measures."""
    occasion: SurveyOccasion
    """What has just happened when somebody is asked; INVITED for one that colleagues hand out by links."""
    name_zh: str = text(1, 100)
    """What colleagues call it, in Chinese."""
    name_en: str = text(1, 100)
    """The same in English."""
    content: SurveyContentInput = nested(SurveyContentInput)
    """What it asks, and on what terms."""


@mutation(allow=PROPOSERS, refusals=(SurveyNotPossible,))
async def propose_survey(info: Info, input: ProposeSurveyInput) -> models.SurveyVersion:
    """Propose a survey; a manager decides, another one if you are one."""
    said = input.values()
    written = _written(said.pop("content"))
    return await surveys.propose_survey(info.context.viewer, written=written, **said)


@input
class ProposeSurveyVersionInput(Input):
    """What a survey is to ask from now on."""

    survey_id: int = id_of(models.Survey)
    """One that has not ended."""
    content: SurveyContentInput = nested(SurveyContentInput)
    """All that it asks, and on what terms."""


@mutation(allow=PROPOSERS, refusals=(NotPossibleNow, SurveyNotPossible))
async def propose_survey_version(info: Info, input: ProposeSurveyVersionInput) -> models.SurveyVersion:
    """Propose to ask something else; until it is approved, the version before is asked."""
    said = input.values()
    written = _written(said.pop("content"))
    return await surveys.propose_survey_version(info.context.viewer, written=written, **said)


@input
class ApproveSurveyInput(Input):
    """Which version."""

    version_id: int = id_of(models.SurveyVersion)
    """One that somebody else proposed."""


@mutation(allow=MANAGERS, refusals=(NotPossibleNow, SamePerson))
async def approve_survey(info: Info, input: ApproveSurveyInput) -> models.SurveyVersion:
    """Let a version be asked from now on, in place of the one before."""
    return await surveys.approve_survey(info.context.viewer, **input.values())


@input
class DeclineSurveyInput(Input):
    """Which version."""

    version_id: int = id_of(models.SurveyVersion)
    """One that somebody else proposed."""


@mutation(allow=MANAGERS, refusals=(NotPossibleNow, SamePerson))
async def decline_survey(info: Info, input: DeclineSurveyInput) -> models.SurveyVersion:
    """Ask what is asked as before."""
    return await surveys.decline_survey(info.context.viewer, **input.values())


@input
class EndSurveyInput(Input):
    """Which survey."""

    survey_id: int = id_of(models.Survey)
    """One that has not ended."""


@mutation(allow=MANAGERS, refusals=(NotPossibleNow,))
async def end_survey(info: Info, input: EndSurveyInput) -> models.Survey:
    """Ask nobody any more; who was asked can still answer."""
    return await surveys.end_survey(info.context.viewer, **input.values())
