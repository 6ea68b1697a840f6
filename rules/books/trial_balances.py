"""The trial balance."""

from dataclasses import dataclass
from datetime import date

from rules.errors import Refused


@dataclass(eq=False)
class DayNotInBooks(Refused):
    """The books know the days from their first to the one that is open."""

    code = "DAY_NOT_IN_BOOKS"
    path = ("on",)
    earliest: date
    """The day on which the books were opened."""
    latest: date
    """The day that is open."""


def check_in_books(on: date, earliest: date, latest: date) -> None:
    """Let a day of the books pass. Raises `DayNotInBooks`."""
    if not earliest <= on <= latest:
        raise DayNotInBooks(earliest, latest)
