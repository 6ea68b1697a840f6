"""How often somebody is offered something."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True)
class Caps:
    """The most offers within so many days; null allows any number, 0 none at all. Our own defaults."""

    a_day: int | None = 1
    a_week: int | None = 3
    a_month: int | None = 8

    def allow_another(self, told_on: Collection[date], today: date) -> bool:
        """Say whether one more may be told today, given the days of those before; a month is thirty days."""
        for most, days in ((self.a_day, 1), (self.a_week, 7), (self.a_month, 30)):
            if most is not None and sum(today - timedelta(days=days) < day <= today for day in told_on) >= most:
                return False
        return True
