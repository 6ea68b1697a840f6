"""The business time of this house."""

from functools import lru_cache
from hashlib import sha256
from importlib.metadata import version

from models import SpecialDay
from notifications import configured as told_how
from resolvers import configured
from rules.products import holidays
from rules.products.holidays import make_calendar
from rules.service.business_time import BusinessTime


async def business_time() -> BusinessTime:
    """Give the hours of branches, on the business days of their country and of the table of special days."""
    days = [holidays.SpecialDay(row.day, row.kind) for row in await SpecialDay.all()]
    calendar = make_calendar(configured().business_region, days)
    return BusinessTime(configured().business_hours, calendar, told_how().zone)


def name_of(times: BusinessTime) -> str:
    """Name a business time by all that it follows from: what was reckoned under another name is reckoned anew."""
    special = tuple(sorted(times.calendar.table.items()))
    return _name(repr((times.hours, times.calendar.region, special, times.zone.key, version("holidays"))))


@lru_cache(maxsize=8)
def _name(said: str) -> str:
    return sha256(said.encode()).hexdigest()[:16]
