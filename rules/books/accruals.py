"""Interest that was earned by the end of a month and not paid yet."""

from datetime import date, timedelta
from decimal import Decimal

from rules.money import ZERO, exactly, round_money


def is_month_end(day: date) -> bool:
    """Say whether a day is the last of its month."""
    return (day + timedelta(days=1)).day == 1


def accrued_interest(interest: Decimal, paid: Decimal, starts_on: date, ends_on: date, on: date) -> Decimal:
    """Give what of a line's interest was earned by a day and is unpaid, rounded to the cent, half up.

    A line that has ended has earned all of it, one that runs as much of it as of its days has passed: `on` itself, like the
    day of a payout, begins to earn. What was paid ahead is no less than nothing. This is the books' accrual, exact to the day by
    the line; what a loan itself has accrued follows its own day count, to the cent.
    """
    if on <= starts_on and on < ends_on:
        return ZERO
    earned = interest
    if on < ends_on:
        with exactly():
            earned = round_money(interest * (on - starts_on).days / (ends_on - starts_on).days)
    return max(earned - paid, ZERO)
