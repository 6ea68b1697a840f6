"""The business time of this house."""

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
