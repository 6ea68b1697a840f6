"""How often somebody is offered something."""

from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True)
class Told:
    """How many offers somebody was told today, in the seven days that end today, and in the thirty."""

    a_day: int = 0
    a_week: int = 0
    a_month: int = 0


@dataclass(frozen=True)
class Caps:
    """The most offers within so many days; null allows any number, 0 none at all. Our own defaults."""

    a_day: int | None = 1
    a_week: int | None = 3
    a_month: int | None = 8

    def allow_another(self, told: Told) -> bool:
        """Say whether one more may be told today."""
        bounds = ((self.a_day, told.a_day), (self.a_week, told.a_week), (self.a_month, told.a_month))
        return all(most is None or already < most for most, already in bounds)


def first_days(today: date) -> tuple[date, date, date]:
    """Give the days from which on is counted what was told today, in a week, and in a month of thirty days."""
    return today, today - timedelta(days=6), today - timedelta(days=29)
