"""When a branch is there for people: opening times on business days, and the slots that they make."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from rules.products.holidays import BusinessCalendar

SLOT = timedelta(minutes=30)
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


def slots_of(day: date, hours: BusinessHours, calendar: BusinessCalendar, zone: ZoneInfo) -> list[datetime]:
    """Give the beginnings of a day's slots of half an hour, in UTC; none of a day that is no business day.

    They begin as the clock on the wall shows them. What an opening has beyond whole slots is none.
    """
    if not calendar.is_business_day(day):
        return []
    starts = []
    for opening in hours.openings:
        clock = datetime.combine(day, opening.from_)
        while clock + SLOT <= datetime.combine(day, opening.to):
            starts.append(clock.replace(tzinfo=zone).astimezone(UTC))
            clock += SLOT
    return starts
