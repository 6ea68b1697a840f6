"""Days worth a word: how long somebody has been a customer, a loan paid off, a first year without delay."""

from calendar import isleap
from collections.abc import Iterator
from datetime import date, timedelta
from enum import StrEnum

MOST_YEARS = 80
"""Nobody has been a customer for longer."""
TOLD_WITHIN = timedelta(days=7)
"""A loan that was paid off longer ago is congratulated on no more: the day has gone by."""
PAID_WITHIN = timedelta(days=31)
"""So long before it was booked the last payment may count from."""


class MilestoneKind(StrEnum):
    """What was reached."""

    ANNIVERSARY = "ANNIVERSARY"
    """He has been a customer for so many years."""
    LOAN_PAID_OFF = "LOAN_PAID_OFF"
    """A loan is wholly repaid, and not out of a new one."""
    FIRST_YEAR_ON_TIME = "FIRST_YEAR_ON_TIME"
    """In the first year of a loan everything was paid when it was due."""


def beginnings(today: date) -> Iterator[tuple[int, date]]:
    """Give the days whose anniversary is today, each with its years; the 28th of February is also that of a 29th."""
    for years in range(1, MOST_YEARS + 1):
        year = today.year - years
        if (today.month, today.day) != (2, 29) or isleap(year):
            yield years, today.replace(year=year)
        if (today.month, today.day) == (2, 28) and isleap(year) and not isleap(today.year):
            yield years, date(year, 2, 29)
