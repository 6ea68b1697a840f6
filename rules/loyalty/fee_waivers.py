"""Fees that a level waives, and all that a level or a discount brings a new loan."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from rules.loyalty.rate_discounts import Grant
from rules.products.fees import FeeTerms, fees_waived, waive


@dataclass(frozen=True, kw_only=True)
class Waiver:
    """How much of the fees of a new loan is waived, and the level that brings it."""

    percent: int
    tier_id: int
    name_zh: str
    """Of the level."""
    name_en: str


@dataclass(frozen=True, kw_only=True)
class Perks:
    """What somebody can have for a new loan: the best of each counts."""

    grants: Sequence[Grant] = ()
    """Off its rate."""
    waivers: Sequence[Waiver] = ()
    """Of its fees."""


NO_PERKS = Perks()


def largest(waivers: Iterable[Waiver], fees: Sequence[FeeTerms], principal: Decimal) -> Waiver | None:
    """Give the waiver that waives most; None where none waives a cent of these fees. Of several alike the first."""
    found = max(waivers, key=lambda each: each.percent, default=None)
    if found is None or not fees_waived(waive(fees, found.percent), principal):
        return None
    return found
