"""Figures of the points of the house."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from rules.errors import Refused

LONGEST_DAYS = 3_660
_PLACES = Decimal("0.0001")


@dataclass(eq=False)
class TimeNotAllowed(Refused):
    """A time ends on the day it begins or later, today at the latest, and is not longer than ten years."""

    code = "TIME_NOT_ALLOWED"
    path = ("until",)


def check_time(since: date, until: date, today: date) -> None:
    """Let a time be looked at. Raises `TimeNotAllowed`."""
    if until > today or not timedelta() <= until - since <= timedelta(days=LONGEST_DAYS):
        raise TimeNotAllowed


def share(part: int, whole: int) -> Decimal | None:
    """Give a part of a whole, to four places; None where there is no whole."""
    return (Decimal(part) / whole).quantize(_PLACES) if whole else None
