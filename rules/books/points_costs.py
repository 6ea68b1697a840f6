"""What points cost us."""

from decimal import Decimal

from rules.money import CENT, Money

COST_OF_A_POINT = Money(CENT, "CNY")
"""What one point costs us, unless the house says otherwise; whole cents, so that what was booked says for how many points."""


def cost_of(points: int, cost_of_a_point: Decimal) -> Decimal:
    """Give what points cost, less than nothing for points that were taken back."""
    return points * cost_of_a_point
