"""Scores of surveys, each with its 95 % interval, and which of them may be read."""

from collections import Counter
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import TypeVar

from rules.products.due_dates import add_months
from rules.service.surveys import SCALES, SurveyKind

Z = Decimal("1.959964")
"""The 97.5 % point of the normal distribution: 95 % lie within so many standard errors."""
FEWEST_ANSWERS = 10
"""Of fewer answers no score is shown."""
MONTHS = 12
"""So many are shown, the current one included."""
PROMOTERS, DETRACTORS = range(9, 11), range(7)
"""Of NPS: who scores 9 or 10, and who scores 0 to 6."""
CONTENT = {SurveyKind.CSAT: range(4, 6), SurveyKind.CES: range(5, 8)}
"""The scores whose share is shown."""
_CENT = Decimal("0.01")

Scores = Mapping[int, int]
"""How many answers there are of each score."""


class WhyHidden(StrEnum):
    """Why a score is not shown."""

    NO_ANSWERS = "NO_ANSWERS"
    """There are none."""
    FEW_ANSWERS = "FEW_ANSWERS"
    """There are fewer than ten."""
    WOULD_TELL_OTHERS = "WOULD_TELL_OTHERS"
    """It could be taken off the total, and fewer than ten would be left."""


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """A figure and the ends of its 95 % interval, rounded to two places."""

    value: Decimal
    lowest: Decimal
    highest: Decimal


def _estimate(value: Decimal, margin: Decimal, bounds: tuple[int, int]) -> Estimate:
    lowest, highest = max(value - margin, Decimal(bounds[0])), min(value + margin, Decimal(bounds[1]))
    return Estimate(value=rounded(value), lowest=rounded(lowest), highest=rounded(highest))


def rounded(value: Decimal) -> Decimal:
    """Round half up to two places."""
    return value.quantize(_CENT, ROUND_HALF_UP)


def net_promoter_score(scores: Scores) -> Estimate:
    """Give 100 times the share of promoters less that of detractors, −100 to 100.

    Its interval is the normal one of the difference of two shares p and d of one multinomial sample of n, whose variance is
    (p + d − (p − d)²) / n, for their covariance is −pd / n (L. A. Goodman, On simultaneous confidence intervals for
    multinomial proportions, Technometrics 7 (1965), 247–254). It has no width where all answer alike, and is cut off
    at −100 and 100.
    """
    count = Decimal(sum(scores.values()))
    promoters, detractors = (_count(scores, part) / count for part in (PROMOTERS, DETRACTORS))
    difference = promoters - detractors
    variance = (promoters + detractors - difference**2) / count
    return _estimate(100 * difference, 100 * Z * variance.sqrt(), (-100, 100))


def share_of(scores: Scores, part: range) -> Estimate:
    """Give the share of the answers in a part of the scale, in per cent, with Wilson's interval.

    Its ends are (p + z²/2n ± z √(p(1−p)/n + z²/4n²)) / (1 + z²/n): E. B. Wilson, Probable inference, the law of
    succession, and statistical inference, Journal of the American Statistical Association 22 (1927), 209–212.
    """
    count = Decimal(sum(scores.values()))
    share, squared = _count(scores, part) / count, Z**2
    middle = share + squared / (2 * count)
    margin = Z * (share * (1 - share) / count + squared / (4 * count**2)).sqrt()
    scale = 1 + squared / count
    return Estimate(
        value=rounded(100 * share),
        lowest=rounded(max(100 * (middle - margin) / scale, Decimal(0))),
        highest=rounded(min(100 * (middle + margin) / scale, Decimal(100))),
    )


def mean_of(scores: Scores, bounds: tuple[int, int]) -> Estimate:
    """Give the mean of at least two answers, with the normal interval of z · s / √n, s² = Σ(x − mean)² / (n − 1)."""
    count = Decimal(sum(scores.values()))
    assert count > 1, "one answer does not vary"
    mean = Decimal(sum(score * people for score, people in scores.items())) / count
    squares = sum((people * (score - mean) ** 2 for score, people in scores.items()), Decimal(0))
    return _estimate(mean, Z * (squares / (count - 1) / count).sqrt(), bounds)


def _count(scores: Scores, part: range) -> Decimal:
    return Decimal(sum(people for score, people in scores.items() if score in part))


@dataclass(frozen=True, kw_only=True)
class Score:
    """What so many answers make; nothing but the reason where it is hidden."""

    answers: int | None
    net_promoter: Estimate | None = None
    share: Estimate | None = None
    mean: Estimate | None = None
    hidden_because: WhyHidden | None = None


def score_of(kind: SurveyKind, scores: Scores) -> Score:
    """Make the score of answers that may be read, of which there are enough."""
    count = sum(scores.values())
    assert count >= FEWEST_ANSWERS, "fewer are hidden"
    if kind is SurveyKind.NPS:
        return Score(answers=count, net_promoter=net_promoter_score(scores))
    mean = mean_of(scores, SCALES[kind]) if kind is SurveyKind.CES else None
    return Score(answers=count, share=share_of(scores, CONTENT[kind]), mean=mean)


K = TypeVar("K", bound=Hashable)


def shown_cells(kind: SurveyKind, cells: Mapping[K, Scores]) -> dict[K, Score]:
    """Make the scores of the cells that a total is divided into, in their order.

    Cells of fewer than ten answers are hidden. Where all hidden ones together have fewer than ten, the total less what is
    shown would tell of them: then the smallest of the others is hidden too, until it does not.
    """
    counts = {cell: sum(scores.values()) for cell, scores in cells.items()}
    hidden = {cell for cell, count in counts.items() if count < FEWEST_ANSWERS}
    others = sorted((cell for cell in counts if cell not in hidden), key=lambda cell: counts[cell])
    for cell in others:
        if not 0 < sum(counts[each] for each in hidden) < FEWEST_ANSWERS:
            break
        hidden.add(cell)
    return {cell: _cell(kind, scores, is_hidden=cell in hidden) for cell, scores in cells.items()}


def shown_total(kind: SurveyKind, scores: Scores) -> Score:
    """Make the score of all answers, hidden where there are fewer than ten."""
    return _cell(kind, scores, is_hidden=sum(scores.values()) < FEWEST_ANSWERS)


def _cell(kind: SurveyKind, scores: Scores, *, is_hidden: bool) -> Score:
    if not is_hidden:
        return score_of(kind, scores)
    count = sum(scores.values())
    if count == 0:
        return Score(answers=0, hidden_because=WhyHidden.NO_ANSWERS)
    few = count < FEWEST_ANSWERS
    return Score(answers=None, hidden_because=WhyHidden.FEW_ANSWERS if few else WhyHidden.WOULD_TELL_OTHERS)


def added_up(scores: Mapping[K, Scores]) -> Counter[int]:
    """Count the answers of all cells together, by score."""
    total = Counter[int]()
    for each in scores.values():
        total.update(each)
    return total


def first_month(today: date) -> date:
    """Give the first day of the earliest month that is shown."""
    return add_months(today.replace(day=1), 1 - MONTHS)


def months_until(today: date) -> list[date]:
    """Give the first days of the months that are shown, the earliest first."""
    return [add_months(first_month(today), number) for number in range(MONTHS)]
