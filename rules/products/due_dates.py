"""Due days: when installments fall due, and the periods whose interest they ask for."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from rules.products.holidays import LONGEST_BREAK, WEEKENDS_ONLY, BusinessCalendar, SpecialDateNotAllowed
from rules.products.kinds import Frequency, HolidayInterest, HolidayRule

_DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_FEBRUARY = 1


def days_in_month(month: int) -> int:
    """Count the days of a month; months are counted from January of the year 0."""
    year, index = divmod(month, 12)
    is_leap = index == _FEBRUARY and year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return 29 if is_leap else _DAYS[index]


def clamped(month: int, day: int) -> int:
    """Give a day of a month, or the month's last where it has no such day; months as `days_in_month` counts them."""
    return min(day, days_in_month(month))


def date_in(month: int, day: int) -> date:
    """Give the date of a day in a month, clamped."""
    return date(month // 12, month % 12 + 1, clamped(month, day))


def add_months(start: date, months: int) -> date:
    """Give the same day some months later, or the month's last: 31 January, 28 February, 31 March.

    Count from the original day, never from a clamped one.
    """
    return date_in(start.year * 12 + start.month - 1 + months, start.day)


class Period(NamedTuple):
    """A stretch of time whose interest falls due together."""

    number: int
    """From 1."""
    starts_on: date
    ends_on: date
    """Until when interest runs; the next period starts here."""
    due_on: date
    """When it is to be paid: the end, or where a holiday moved it."""

    def is_over(self, on: date) -> bool:
        """Say whether what it asks for is settled: no event on or after this day changes it."""
        return self.ends_on <= on or self.due_on <= on


@dataclass(frozen=True)
class HolidayTerms:
    """What happens to due days that are no business days."""

    rule: HolidayRule = HolidayRule.NEVER
    interest: HolidayInterest = HolidayInterest.TO_DUE_DAY
    calendar: BusinessCalendar = WEEKENDS_ONLY

    def moved(self, day: date) -> date:
        """Give the day on which something due on `day` is due."""
        if self.rule is HolidayRule.NEVER:
            return day
        later = self.calendar.next_business_day(day)
        if self.rule is HolidayRule.MODIFIED_NEXT and later.month != day.month:
            return self.calendar.business_day_before(day)
        return later

    def check_told_in_time(self, today: date, before: "HolidayTerms", changed: Iterable[date]) -> None:
        """Raise `SpecialDateNotAllowed` for a changed day by which what was still to come has been due already."""
        for changed_day in changed:
            for step in range(-LONGEST_BREAK, LONGEST_BREAK + 1):
                day = changed_day + timedelta(days=step)
                if self.moved(day) <= today < before.moved(day):
                    raise SpecialDateNotAllowed(changed_day)


def due_dates(frequency: Frequency, first_due_on: date, due_day: int, term: int) -> Iterator[date]:
    """Give the due days as agreed: by months clamped from the original due day, or every so many days."""
    if frequency is Frequency.MONTHLY:
        month = first_due_on.year * 12 + first_due_on.month - 1
        return (date_in(month + index, due_day) for index in range(term))
    return (first_due_on + timedelta(days=index * frequency.days) for index in range(term))


def make_periods(disbursed_on: date, due: Sequence[date], holidays: HolidayTerms) -> tuple[Period, ...]:
    """Give the periods between the payout and each due day, moved as the holiday rule says."""
    periods = []
    starts_on = disbursed_on
    moves_interest = holidays.interest is HolidayInterest.TO_MOVED_DAY
    for number, day in enumerate(due, start=1):
        due_on = holidays.moved(day)
        ends_on = due_on if moves_interest else day
        periods.append(Period(number, starts_on, ends_on, due_on))
        starts_on = ends_on
    return tuple(periods)
