"""The growth plan: which levels there are, what takes somebody up at once, and what takes him down a step after long.

Levels are earned with qualifying points, which are never spent, counted over a rolling window of business dates. Nobody
falls by surprise: a level is kept for a year, its end is announced, then there are weeks of grace, and it is one step.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from rules.errors import Refused
from rules.loyalty.earning import FULL_PERCENT
from rules.products.due_dates import add_months

WINDOW_MONTHS = 12
KEPT_MONTHS = 12
NOTICE_DAYS = (60, 30, 0)
"""So many days before a level's year is over whoever has too few points is told; with the last word the grace begins."""
GRACE_DAYS = 90
HELP_DAYS = 90
"""While he is helped in hardship, a level's year does not end before so many days from now: all notices come after it."""
SUSPENDED_AFTER_DAYS = 30
"""Whoever is later than that has no perks."""
RESTORED_AFTER = 3
"""So many installments paid by their due days bring them back."""


class TierReason(StrEnum):
    """Why somebody has a level."""

    REACHED = "REACHED"
    """He had the points."""
    DROPPED = "DROPPED"
    """He had not, at the end of the grace that followed the year."""


@dataclass(eq=False)
class ThresholdsNotAscending(Refused):
    """The first level takes no points, and each takes more than the one before."""

    code = "THRESHOLDS_NOT_ASCENDING"
    path = ("levels",)


@dataclass(eq=False)
class LevelsOutOfOrder(Refused):
    """Name each level once, and those that there are, all of them, in the order that they have: people hold them."""

    code = "LEVELS_OUT_OF_ORDER"
    path = ("levels",)


@dataclass(eq=False)
class PlanDateNotAllowed(Refused):
    """A plan begins today or later, and after every plan that was approved."""

    code = "PLAN_DATE_NOT_ALLOWED"
    path = ("validFrom",)
    earliest: date
    """The first day that is allowed."""


@dataclass(frozen=True, kw_only=True)
class Level:
    """A level, and what it brings."""

    code: str
    name_zh: str
    name_en: str
    threshold: int
    """How many qualifying points it takes."""
    points_percent: int = FULL_PERCENT
    rate_discount_bp: int = 0
    """Basis points off the rate of a new loan, where the product's policy lets there be a discount."""
    fee_waiver_percent: int = 0
    """How much is waived of the fees that are asked for when a new loan begins."""
    review_days: int | None = None
    """Within how many business days an application is reviewed, where that is sooner than usual."""
    grants_named_officer: bool = False
    """Whether its customers can have an officer of their own."""
    priority: int = 0
    """The higher, the sooner its customers are served."""


DEFAULT_LEVELS = (
    Level(code="BASIC", name_zh="普通会员", name_en="Basic", threshold=0),
    Level(code="SILVER", name_zh="银卡会员", name_en="Silver", threshold=60, points_percent=110, rate_discount_bp=5),
    Level(
        code="GOLD",
        name_zh="金卡会员",
        name_en="Gold",
        threshold=120,
        points_percent=125,
        rate_discount_bp=15,
        fee_waiver_percent=50,
        review_days=2,
        priority=1,
    ),
    Level(
        code="PLATINUM",
        name_zh="白金会员",
        name_en="Platinum",
        threshold=240,
        points_percent=150,
        rate_discount_bp=30,
        fee_waiver_percent=100,
        review_days=1,
        grants_named_officer=True,
        priority=2,
    ),
)
"""A plan to begin with: half a year, a year, and two loans of one year paid in time, ten points an installment."""


def check_plan(levels: Sequence[Level], known: Sequence[str], valid_from: date, earliest: date) -> None:
    """Let a plan be proposed; `known` are the codes of the levels that there are, the lowest first.

    Raises `PlanDateNotAllowed`, `LevelsOutOfOrder`, `ThresholdsNotAscending`.
    """
    if valid_from < earliest:
        raise PlanDateNotAllowed(earliest=earliest)
    codes = [level.code for level in levels]
    if len(set(codes)) < len(codes) or [code for code in codes if code in known] != list(known):
        raise LevelsOutOfOrder
    thresholds = [level.threshold for level in levels]
    if not thresholds or thresholds[0] != 0 or any(low >= high for low, high in zip(thresholds, thresholds[1:])):  # noqa: B905, RUF007
        raise ThresholdsNotAscending


def counted_from(today: date, window_months: int = WINDOW_MONTHS) -> date:
    """Give the first business date whose points count: those of the same day a year ago do not any more."""
    return add_months(today, -window_months) + timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class Standing:
    """How somebody stands with his level; ranks count from 0, the lowest."""

    rank: int
    qualifying: int
    """His points in the window of today."""
    lasting: int = 0
    """Those of them that still count on the day on which the year of his level ends."""
    valid_from: date | None = None
    """Since when he has it; None for who never had another than the lowest."""
    valid_to: date | None = None
    """When its year ends; None for the lowest level, which nobody loses."""
    in_help: bool = False
    """A plan was agreed with him because paying had become difficult."""
    is_due: bool = False
    """Today is a day on which his level is looked at."""


@dataclass(frozen=True, kw_only=True)
class Ending:
    """What is told before a level is lost."""

    last_on: date
    """By then the points have to be there."""
    missing: int


@dataclass(frozen=True, kw_only=True)
class Review:
    """What comes of looking at a level."""

    rank: int
    reason: TierReason | None = None
    """Why it is another one; None where it stays."""
    valid_to: date | None = None
    """When the year of the level ends."""
    look_on: date | None = None
    """When time alone brings something next."""
    ending: Ending | None = None


def review(standing: Standing, thresholds: Sequence[int], today: date) -> Review | None:
    """Look at somebody's level; None where nothing is to be done. `thresholds` go by rank, from 0."""
    reached = max(rank for rank, threshold in enumerate(thresholds) if rank == 0 or standing.qualifying >= threshold)
    if reached > standing.rank:
        return _begun(reached, TierReason.REACHED, today)
    end = standing.valid_to
    if end is None:
        return None
    threshold = thresholds[standing.rank]
    if standing.in_help and today >= end - timedelta(days=NOTICE_DAYS[0]):
        return _kept(standing.rank, today + timedelta(days=HELP_DAYS), today) if standing.is_due else None
    if today >= end and standing.qualifying >= threshold:
        assert standing.valid_from is not None, "it began"
        return _kept(standing.rank, _next_anniversary(standing.valid_from, today), today)
    if not standing.is_due:
        return None
    if today >= end + timedelta(days=GRACE_DAYS):
        return _begun(standing.rank - 1, TierReason.DROPPED, today)
    return Review(
        rank=standing.rank,
        valid_to=end,
        look_on=_next_look(end, today),
        ending=ending_of(standing, thresholds, today),
    )


def ending_of(standing: Standing, thresholds: Sequence[int], today: date) -> Ending | None:
    """Say what is missing to keep a level whose year ends soon, or has ended; None where nothing is, or he is helped."""
    end = standing.valid_to
    if end is None or standing.in_help or today < end - timedelta(days=NOTICE_DAYS[0]):
        return None
    missing = thresholds[standing.rank] - (standing.qualifying if today >= end else standing.lasting)
    return Ending(last_on=end + timedelta(days=GRACE_DAYS), missing=missing) if missing > 0 else None


def _begun(rank: int, reason: TierReason, today: date) -> Review:
    if rank == 0:
        return Review(rank=rank, reason=reason)
    end = add_months(today, KEPT_MONTHS)
    return Review(rank=rank, reason=reason, valid_to=end, look_on=_next_look(end, today))


def _kept(rank: int, end: date, today: date) -> Review:
    return Review(rank=rank, valid_to=end, look_on=_next_look(end, today))


def _next_anniversary(began: date, today: date) -> date:
    """Give the next day after today on which another year is over; of 29 February the 28th, but in leap years."""
    years = today.year - began.year
    ends = (add_months(began, KEPT_MONTHS * number) for number in (years, years + 1))
    return next(end for end in ends if end > today)


def _next_look(end: date, today: date) -> date:
    """Give the next day on which something is told, or the level is lost."""
    days = [end - timedelta(days=before) for before in NOTICE_DAYS]
    return next((day for day in days if day > today), end + timedelta(days=GRACE_DAYS))


def suspended_on(before: date | None, days_past_due: int, paid_in_time: int, today: date) -> date | None:
    """Say since when somebody's perks are suspended; None while he has them.

    `paid_in_time` are the installments that fell due since then and were paid by their due days.
    """
    if before is None:
        return today if days_past_due > SUSPENDED_AFTER_DAYS else None
    is_over = days_past_due == 0 and paid_in_time >= RESTORED_AFTER
    return None if is_over else before
