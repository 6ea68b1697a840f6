"""Scores of a survey: of all answers, by month, branch and product, as far as a number speaks of enough people."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TypeVar

from models import Branch, Product, Survey, Viewer
from models.service.survey_counts import Counted, count_scores
from rules.errors import NotFound
from rules.people.access import MANAGERS
from rules.service.survey_scores import (
    Score,
    added_up,
    first_month,
    months_until,
    shown_cells,
    shown_total,
)
from rules.service.surveys import SCALES, SurveyKind
from rules.states import NotPossibleNow

UNCHANGED_DAYS = 1
"""Answers count once nobody can change them: from the second business date after their own on, all of a date at once."""


@dataclass(frozen=True)
class MonthScore:
    """What was answered in a month."""

    month: date
    """Its first day."""
    score: Score


@dataclass(frozen=True)
class BranchScore:
    """What customers of a branch answered, which looked after them on the occasion."""

    branch: Branch
    score: Score


@dataclass(frozen=True)
class ProductScore:
    """What was answered about a product."""

    product: Product
    score: Score


@dataclass(frozen=True)
class SurveyScores:
    """All of it."""

    survey: Survey
    total: Score
    months: tuple[MonthScore, ...]
    branches: tuple[BranchScore, ...]
    products: tuple[ProductScore, ...]


async def survey_scores(viewer: Viewer, *, survey_id: int) -> SurveyScores:
    """Give the scores of twelve months: to a manager of his branches, to others of the whole house.

    There is no choice of days, for what is shown of one time less what is shown of another would tell of the rest. Raises
    `NotFound`, `NotPossibleNow` for a form, which has no score.
    """
    survey = await Survey.visible_to(viewer).get_or_none(id=survey_id)
    if survey is None:
        raise NotFound
    if survey.kind not in SCALES:
        raise NotPossibleNow(current=survey.kind)
    today = viewer.today
    mine = viewer.branch_ids if viewer.role in MANAGERS else None
    before = today - timedelta(days=UNCHANGED_DAYS)
    counted = await count_scores(survey.id, first_month(today), before, mine)
    months = {month: Counter[int]() for month in months_until(today)}
    months |= _by(counted, lambda each: each.month)
    branches, products = _by(counted, lambda each: each.branch_id), _by(counted, lambda each: each.product_id)
    return SurveyScores(
        survey=survey,
        total=shown_total(survey.kind, added_up(months)),
        months=tuple(MonthScore(month, score) for month, score in shown_cells(survey.kind, months).items()),
        branches=tuple(BranchScore(*pair) for pair in await _branches(survey.kind, branches)),
        products=tuple(ProductScore(*pair) for pair in await _products(survey.kind, products)),
    )


K = TypeVar("K", date, int | None)


def _by(counted: Sequence[Counted], key: Callable[[Counted], K]) -> dict[K, Counter[int]]:
    found = dict[K, Counter[int]]()
    for each in counted:
        found.setdefault(key(each), Counter())[each.score] += each.people
    return found


async def _branches(kind: SurveyKind, counts: dict[int | None, Counter[int]]) -> list[tuple[Branch, Score]]:
    """Score each branch; what belongs to none is a cell, too, and has no name."""
    scores = shown_cells(kind, counts)
    named = await Branch.filter(id__in=[id for id in scores if id is not None]).order_by("id")
    return [(branch, scores[branch.id]) for branch in named]


async def _products(kind: SurveyKind, counts: dict[int | None, Counter[int]]) -> list[tuple[Product, Score]]:
    """Score each product; what is about none is a cell, too, and has no name."""
    scores = shown_cells(kind, counts)
    named = await Product.filter(id__in=[id for id in scores if id is not None]).order_by("id")
    return [(product, scores[product.id]) for product in named]
