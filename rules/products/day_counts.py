"""Day counts: what part of a year lies between two days, and the interest for it."""

from calendar import isleap
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from math import lcm

from rules.money import round_money
from rules.products.due_dates import clamped, days_in_month
from rules.products.kinds import DayCount, Frequency

_MONTH = lcm(28, 29, 30, 31)
"""Ticks of a month: its days divide them, whichever month it is."""


@dataclass(frozen=True)
class DayCounter:
    """Counts ticks, so that the parts of a period sum to the whole exactly."""

    count: Callable[[date], int]
    """The ticks from some day long ago."""
    ticks_a_year: int

    def ticks(self, starts_on: date, ends_on: date) -> int:
        """Count the ticks between two days: over `ticks_a_year`, a fraction of a year."""
        return self.count(ends_on) - self.count(starts_on)

    def interest(self, amount: Decimal, annual_rate: Decimal, starts_on: date, ends_on: date) -> Decimal:
        """Give the interest from one day to another, rounded to the cent; wants `exactly()` around it."""
        return self.interest_for(amount, annual_rate, self.ticks(starts_on, ends_on))

    def interest_for(self, amount: Decimal, annual_rate: Decimal, ticks: int) -> Decimal:
        """Give the interest for some ticks, rounded to the cent; wants `exactly()` around it."""
        return round_money(amount * annual_rate * ticks / self.ticks_a_year)


def day_counter(day_count: DayCount, frequency: Frequency, due_day: int) -> DayCounter:
    """Give the counter of a loan; only twelfths by the month depend on its due day, from which they count."""
    match day_count:
        case DayCount.ACT_360:
            return DayCounter(date.toordinal, 360)
        case DayCount.ACT_365F:
            return DayCounter(date.toordinal, 365)
        case DayCount.ACT_ACT:
            return DayCounter(_actual, 365 * 366)
        case DayCount.THIRTY_360:
            return DayCounter(lambda day: 360 * day.year + 30 * day.month + min(day.day, 30), 360)
        case DayCount.TWELFTHS if frequency is Frequency.MONTHLY:
            return DayCounter(lambda day: _twelfths(day, due_day), 12 * _MONTH)
        case DayCount.TWELFTHS:
            return DayCounter(date.toordinal, frequency.days * frequency.periods_a_year)


def _actual(day: date) -> int:
    """Count a day of a leap year as 365 ticks, any other as 366: every year has 365 × 366."""
    day_of_year = day.toordinal() - date(day.year, 1, 1).toordinal()
    return day.year * 365 * 366 + day_of_year * (365 if isleap(day.year) else 366)


def _twelfths(day: date, due_day: int) -> int:
    """Count months from due day to due day, and days within one by its length."""
    month = day.year * 12 + day.month - 1
    due = clamped(month, due_day)
    if day.day == due:
        return month * _MONTH
    if day.day > due:
        length = days_in_month(month) - due + clamped(month + 1, due_day)
        return month * _MONTH + (day.day - due) * (_MONTH // length)
    due_before = clamped(month - 1, due_day)
    length = days_in_month(month - 1) - due_before + due
    return (month - 1) * _MONTH + (day.day + length - due) * (_MONTH // length)
