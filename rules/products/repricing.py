"""Floating rates: a dated reference rate plus basis points, and the days on which a loan follows it."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from rules.errors import Refused
from rules.products.due_dates import add_months

BASIS_POINT = Decimal("0.0001")


class RateType(StrEnum):
    """Whether a contract rate can change."""

    FIXED = "FIXED"
    """It stays as signed."""
    FLOATING = "FLOATING"
    """It follows a reference rate."""


class RepricingRule(StrEnum):
    """When a floating rate follows its reference rate."""

    NEW_YEAR = "NEW_YEAR"
    """On 1 January."""
    ANNIVERSARY = "ANNIVERSARY"
    """On the day of the payout, each year."""
    EACH_CHANGE = "EACH_CHANGE"
    """On each day on which the reference rate changes."""


@dataclass(eq=False)
class ReferenceRateMissing(Refused):
    """The reference rate has no value yet on that day."""

    code = "REFERENCE_RATE_MISSING"
    path = ("referenceRate",)
    on: date
    """The day."""


@dataclass(eq=False)
class RateDateNotAllowed(Refused):
    """A reference rate has a value from today or later on, and after every day it has one from already."""

    code = "RATE_DATE_NOT_ALLOWED"
    path = ("validFrom",)
    earliest: date
    """The first day that is not over, or the last that is taken."""


@dataclass(frozen=True)
class RatePoint:
    """A value of a reference rate, and the day from which it holds."""

    valid_from: date
    annual_rate: Decimal


def rate_on(points: Sequence[RatePoint], on: date) -> Decimal:
    """Give the value that holds on a day; points ascend. Raises `ReferenceRateMissing`."""
    place = bisect_right(points, on, key=lambda point: point.valid_from)
    if not place:
        raise ReferenceRateMissing(on)
    return points[place - 1].annual_rate


def floating_rate(points: Sequence[RatePoint], spread_bp: int, on: date) -> Decimal:
    """Give the contract rate of a day, never below zero. Raises `ReferenceRateMissing`."""
    return max(rate_on(points, on) + spread_bp * BASIS_POINT, Decimal(0))


def lowered(rate: Decimal, bp: int, floor: Decimal) -> int:
    """Give how many basis points come off a rate: whole ones, and none beyond the floor."""
    room = max(rate - floor, Decimal(0)) // BASIS_POINT
    return min(bp, int(room))


class DatedDiscount(NamedTuple):
    """What comes off a loan's rate from a day on."""

    valid_from: date
    bp: int
    floor: Decimal


def less_discount(rate: Decimal, discounts: Sequence[DatedDiscount], on: date) -> Decimal:
    """Give a rate of a day of repricing, less the discount that the loan has then; by their days, ascending."""
    holding = [discount for discount in discounts if discount.valid_from <= on]
    if not holding:
        return rate
    return rate - lowered(rate, holding[-1].bp, holding[-1].floor) * BASIS_POINT


def repricings(
    rule: RepricingRule,
    points: Sequence[RatePoint],
    spread_bp: int,
    disbursed_on: date,
    rate: Decimal,
    after: date,
    until: date,
    discounts: Sequence[DatedDiscount] = (),
) -> list[tuple[date, Decimal]]:
    """Give each day after one and until another on which a loan's rate changes, with its new rate, discounts taken off.

    `rate` is the loan's on the day `after`. On a day of repricing on which the reference rate is as it was, nothing
    changes. Raises `ReferenceRateMissing`.
    """
    changes = []
    for day in _days(rule, points, disbursed_on, after, until):
        new = less_discount(floating_rate(points, spread_bp, day), discounts, day)
        if new != rate:
            changes.append((day, new))
            rate = new
    return changes


def next_repricing_on(rule: RepricingRule, points: Sequence[RatePoint], disbursed_on: date, after: date) -> date | None:
    """Give the next day after one on which the rate is looked at; None where no change of the reference is known."""
    return next(iter(_days(rule, points, disbursed_on, after, date(after.year + 2, 1, 1))), None)


def is_repricing_day(rule: RepricingRule, points: Sequence[RatePoint], disbursed_on: date, on: date) -> bool:
    """Say whether a loan's rate is looked at on a day."""
    return on in _days(rule, points, disbursed_on, on - timedelta(days=1), on)


def _days(rule: RepricingRule, points: Sequence[RatePoint], disbursed_on: date, after: date, until: date) -> list[date]:
    years = range(after.year, until.year + 1)
    match rule:
        case RepricingRule.NEW_YEAR:
            days = [date(year, 1, 1) for year in years]
        case RepricingRule.ANNIVERSARY:
            days = [add_months(disbursed_on, 12 * (year - disbursed_on.year)) for year in years]
        case RepricingRule.EACH_CHANGE:
            days = [point.valid_from for point in points]
    return [day for day in days if max(after, disbursed_on) < day <= until]
