"""Scores of a survey."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import models
from resolvers.service import survey_scores as scores
from rules.people.access import AUDITORS, MANAGERS, MARKETERS
from rules.service.survey_scores import Estimate, Score, WhyHidden
from rules.states import NotPossibleNow
from schema.context import Info
from schema.declarations import Input, id_of, input, query, value

if TYPE_CHECKING:
    from schema.people.branches import Branch
    from schema.products.products import Product
    from schema.service.surveys import Survey


@value(Estimate)
class SurveyEstimate:
    """A figure, and between which bounds it lies with a probability of 95 %, as far as chance is concerned."""

    value: Decimal
    """Such as 42.86."""
    lowest: Decimal
    """The lower bound."""
    highest: Decimal
    """The upper bound."""


@value(Score)
class SurveyScore:
    """What a number of answers make; null but for the reason where it is hidden."""

    answers: int | None
    """How many there are."""
    net_promoter: SurveyEstimate | None
    """Of NPS: the percentage of 9 and 10 less that of 0 to 6, from -100 to 100."""
    share: SurveyEstimate | None
    """Of CSAT the percentage of 4 and 5, of CES that of 5 to 7."""
    mean: SurveyEstimate | None
    """Of CES the mean, from 1 to 7."""
    hidden_because: WhyHidden | None
    """Why it is not shown; null where it is."""


@value(scores.MonthScore)
class SurveyMonthScore:
    """What was answered in a month."""

    month: date
    """Its first day."""
    score: SurveyScore
    """What these answers make."""


@value(scores.BranchScore)
class SurveyBranchScore:
    """What customers of a branch answered, which looked after them on the occasion."""

    branch: Branch
    """Which one."""
    score: SurveyScore
    """What these answers make."""


@value(scores.ProductScore)
class SurveyProductScore:
    """What was answered about a product."""

    product: Product
    """Which one."""
    score: SurveyScore
    """What these answers make."""


@value(scores.SurveyScores)
class SurveyScoresSuccess:
    """The scores of twelve months, this one included: to a manager of his branches, to others of the whole house."""

    survey: Survey
    """Which survey."""
    total: SurveyScore
    """Of all answers."""
    months: list[SurveyMonthScore]
    """The earliest first."""
    branches: list[SurveyBranchScore]
    """Those with an answer."""
    products: list[SurveyProductScore]
    """Those with an answer."""


@input
class SurveyScoresInput(Input):
    """Of which survey."""

    survey_id: int = id_of(models.Survey)
    """One that has a score."""


@query(allow=MANAGERS | MARKETERS | AUDITORS, refusals=(NotPossibleNow,))
async def survey_scores(info: Info, input: SurveyScoresInput) -> scores.SurveyScores:
    """Give the scores of a survey: an answer counts from the second business date after its own on."""
    return await scores.survey_scores(info.context.viewer, **input.values())
