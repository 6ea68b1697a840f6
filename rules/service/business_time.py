"""When branches are there for people, and how long something takes of that time."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from rules.notifications.hours import end_of_day
from rules.products.holidays import BusinessCalendar

_DAY = timedelta(days=1)
_OPENING = re.compile(r"\s*([01]\d|2[0-3]):([0-5]\d)\s*-\s*([01]\d|2[0-3]):([0-5]\d)\s*")


@dataclass(frozen=True)
class Opening:
    """From a time of day to before another."""

    from_: time
    to: time


@dataclass(frozen=True)
class BusinessHours:
    """The openings of a business day, one after the other."""

    openings: tuple[Opening, ...]


DEFAULT_HOURS = BusinessHours((Opening(time(9), time(12)), Opening(time(13, 30), time(17, 30))))


def read_hours(written: str) -> BusinessHours:
    """Read hours such as `09:00-12:00,13:30-17:30`. Raises ValueError where they are none, or overlap."""
    found = [_OPENING.fullmatch(part) for part in written.split(",")]
    parts = [each for each in found if each is not None]
    openings = [Opening(time(int(h), int(m)), time(int(H), int(M))) for h, m, H, M in (each.groups() for each in parts)]
    clocks = [clock for opening in openings for clock in (opening.from_, opening.to)]
    is_in_order = all(opening.from_ < opening.to for opening in openings) and clocks == sorted(clocks)
    if len(parts) != len(found) or not is_in_order:
        raise ValueError("business hours look like 09:00-12:00,13:30-17:30, the earlier first")
    return BusinessHours(tuple(openings))


@dataclass(frozen=True)
class Span:
    """A stretch of time, in UTC, to before its end."""

    start: datetime
    end: datetime


@dataclass(frozen=True)
class BusinessTime:
    """The time during which branches are open: only that counts."""

    hours: BusinessHours
    calendar: BusinessCalendar
    zone: ZoneInfo

    def day_of(self, moment: datetime) -> date:
        """Give the day that a moment belongs to."""
        return moment.astimezone(self.zone).date()

    def openings(self, day: date) -> list[Span]:
        """Give when branches are open on a day, as the clock on the wall shows it; never on what is no business day."""
        if not self.calendar.is_business_day(day):
            return []
        return [Span(self._at(day, opening.from_), self._at(day, opening.to)) for opening in self.hours.openings]

    def end_of(self, day: date) -> datetime:
        """Give the moment at which a day is over, open or not."""
        return end_of_day(day, self.zone)

    def elapsed(self, start: datetime, end: datetime) -> timedelta:
        """Give how much business time lies between two moments; none where the second is not later."""
        passed = timedelta()
        for span in self._from(start):
            if span.start >= end:
                break
            passed += min(span.end, end) - span.start
        return passed

    def after(self, start: datetime, duration: timedelta) -> datetime:
        """Give the first moment at which so much business time has passed: of none at all, the start itself."""
        if duration <= timedelta():
            return start
        left = duration
        for span in self._from(start):
            if span.end - span.start >= left:
                return span.start + left
            left -= span.end - span.start
        raise AssertionError("days go on for ever")

    def _from(self, start: datetime) -> Iterator[Span]:
        """Give the openings from a moment on, the first one as much of it as is left, and no end to them."""
        day = self.day_of(start)
        while True:
            day = self.calendar.next_business_day(day)
            yield from (Span(max(span.start, start), span.end) for span in self.openings(day) if span.end > start)
            day += _DAY

    def _at(self, day: date, clock: time) -> datetime:
        return datetime.combine(day, clock, self.zone).astimezone(UTC)
