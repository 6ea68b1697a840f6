"""Business days: a table of our own first, then a country's official holidays, then weekends."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache

import holidays

from rules.errors import Refused

_DAY = timedelta(days=1)
LONGEST_BREAK = 60
"""No holiday is longer, in days: a table that says so is a mistake."""


class SpecialDayKind(StrEnum):
    """What a day is that the official calendar has otherwise, or does not know yet."""

    HOLIDAY = "HOLIDAY"
    """No business day."""
    WORKING_DAY = "WORKING_DAY"
    """A business day, also on a weekend: made up for a holiday."""


@dataclass(eq=False)
class RegionUnknown(Refused):
    """No holidays are known of this country or region."""

    code = "REGION_UNKNOWN"
    path = ("holidayRegion",)
    region: str
    """As it was given."""


@dataclass(eq=False)
class HolidayTableGap(Refused):
    """The table of special days has none for a year before its last: it was not filled in."""

    code = "HOLIDAY_TABLE_GAP"
    path = ("specialDays",)
    missing_from: date
    """The first day of the first year without any."""


@dataclass(eq=False)
class HolidayContradiction(Refused):
    """The table of special days names a day twice, or leaves no business day for two months."""

    code = "HOLIDAY_CONTRADICTION"
    path = ("specialDays",)
    on: date
    """The day it is about."""


@dataclass(eq=False)
class SpecialDateNotAllowed(Refused):
    """What a day was is not changed once it has come, nor may a day of today or before become a due day by it."""

    code = "SPECIAL_DATE_NOT_ALLOWED"
    path = ("days",)
    on: date
    """The first day it is about."""


@dataclass(frozen=True)
class SpecialDay:
    """An entry of the table that goes before the official calendar."""

    on: date
    kind: SpecialDayKind


@dataclass(frozen=True)
class BusinessCalendar:
    """Which days are business days."""

    region: str | None = None
    """ISO 3166 code of the country whose official holidays count, such as CN; none: weekends only."""
    table: Mapping[date, bool] = field(default_factory=dict)
    """Days that are business days or not, whatever the official calendar says."""

    def is_business_day(self, day: date) -> bool:
        """Say whether it is one."""
        known = self.table.get(day)
        if known is not None:
            return known
        if self.region is None:
            return day.weekday() < 5
        return _official(self.region, day.year).is_working_day(day)

    def next_business_day(self, day: date) -> date:
        """Give the day itself, or the first business day after it."""
        return self._first(day, _DAY)

    def business_day_before(self, day: date) -> date:
        """Give the day itself, or the last business day before it."""
        return self._first(day, -_DAY)

    def _first(self, day: date, step: timedelta) -> date:
        found = day
        for _ in range(LONGEST_BREAK):
            if self.is_business_day(found):
                return found
            found += step
        raise HolidayContradiction(day)


WEEKENDS_ONLY = BusinessCalendar()
"""Where no country is named."""


def make_calendar(region: str | None, special_days: Iterable[SpecialDay]) -> BusinessCalendar:
    """Make a calendar. Raises `RegionUnknown`, `HolidayTableGap`, `HolidayContradiction`."""
    if region is not None and region not in holidays.list_supported_countries(include_aliases=False):
        raise RegionUnknown(region)
    table: dict[date, bool] = {}
    for special in special_days:
        if special.on in table:
            raise HolidayContradiction(special.on)
        table[special.on] = special.kind is SpecialDayKind.WORKING_DAY
    years = {day.year for day in table}
    for year in range(min(years, default=0), max(years, default=0)):
        if year not in years:
            raise HolidayTableGap(date(year, 1, 1))
    return BusinessCalendar(region, table)


def check_no_year_is_left_out(today: date, special_days: Iterable[SpecialDay]) -> None:
    """Raise `HolidayTableGap` for a year to come without any before the last: this year's may all be over."""
    years = {day.on.year for day in special_days}
    for year in range(today.year + 1, max(years, default=0)):
        if year not in years:
            raise HolidayTableGap(date(year, 1, 1))


@lru_cache(maxsize=256)
def _official(region: str, year: int) -> holidays.HolidayBase:
    # Next year's too: days made up in December for its New Year stand there.
    return holidays.country_holidays(region, years=(year, year + 1), expand=False)
