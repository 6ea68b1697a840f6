"""Discounts on the contract rate: by level or for one customer, never below a product's floor, never lost in a contract."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from rules.errors import Refused
from rules.products.repricing import BASIS_POINT, lowered

MOST_BP = 1_000
"""The most that a discount can be: ten points, our own bound."""
LONGEST_DAYS = 366
"""For so long a discount for one customer can hold at the most."""


@dataclass(eq=False)
class DiscountDateNotAllowed(Refused):
    """It begins today or later, and ends after it has begun; one for a customer within a year."""

    code = "DISCOUNT_DATE_NOT_ALLOWED"
    path = ("endsOn",)
    earliest: date
    """The first day that is allowed."""


@dataclass(eq=False)
class DiscountProposed(Refused):
    """A discount for this customer waits for its decision already."""

    code = "DISCOUNT_PROPOSED"


@dataclass(eq=False)
class FloorTooHigh(Refused):
    """A floor at or above the rate of the product leaves no room for a discount."""

    code = "FLOOR_TOO_HIGH"
    path = ("floor",)
    annual_rate: Decimal
    """The product's rate today."""


@dataclass(frozen=True, kw_only=True)
class Grant:
    """A discount that somebody can have, and where it comes from."""

    bp: int
    floor: Decimal
    """The rate that it does not go below."""
    policy_id: int
    tier_id: int | None = None
    """The level that brings it; None where it was given by hand."""
    rate_discount_id: int | None = None
    """What was given by hand; None where a level brings it."""
    name_zh: str = ""
    """Of the level."""
    name_en: str = ""


@dataclass(frozen=True, kw_only=True)
class Applied:
    """A discount on a rate."""

    rate_before: Decimal
    rate_after: Decimal
    bp: int
    """What it came to; less than was granted where that would go below the floor."""
    grant: Grant


def best(rate: Decimal, grants: Iterable[Grant]) -> Applied | None:
    """Apply the discount that lowers a rate most; None where none lowers it. Of several alike the first."""
    found: Applied | None = None
    for grant in grants:
        bp = lowered(rate, grant.bp, grant.floor)
        if bp > (found.bp if found else 0):
            found = Applied(rate_before=rate, rate_after=rate - bp * BASIS_POINT, bp=bp, grant=grant)
    return found


def check_for_customer(ends_on: date, today: date) -> None:
    """Let a discount for one customer be proposed; `ends_on` is its last day. Raises `DiscountDateNotAllowed`."""
    if not today <= ends_on <= today + timedelta(days=LONGEST_DAYS):
        raise DiscountDateNotAllowed(earliest=today)


def check_policy(valid_from: date, ends_on: date | None, earliest: date, floor: Decimal, annual_rate: Decimal) -> None:
    """Let a policy be proposed; `ends_on` is its last day. Raises `DiscountDateNotAllowed`, `FloorTooHigh`."""
    if valid_from < earliest:
        raise DiscountDateNotAllowed(earliest=earliest)
    if ends_on is not None and ends_on < valid_from:
        raise DiscountDateNotAllowed(earliest=valid_from)
    if floor >= annual_rate:
        raise FloorTooHigh(annual_rate=annual_rate)
