"""What products follow from outside: reference rates, and days that the official calendar has otherwise."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import models
from resolvers.products import markets
from rules.people.access import ALL_STAFF, MANAGERS
from rules.products import holidays
from rules.products.holidays import HolidayContradiction, HolidayTableGap, SpecialDateNotAllowed, SpecialDayKind
from rules.products.repricing import RateDateNotAllowed
from schema.context import Info
from schema.declarations import Input, Node, children, day, decimal, input, list_of, mutation, node, root, token, value
from schema.errors import BadInput
from schema.scalars import Rate

FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2150, 1, 1)


@node(models.ReferenceRate)
class ReferenceRate(Node):
    """A value of a reference rate, and the day from which it holds."""

    code: str
    """Such as LPR5Y."""
    valid_from: date
    """The first day it holds."""
    annual_rate: Rate
    """Its value, a year."""


@node(models.SpecialDay)
class SpecialDay(Node):
    """A day that is a business day or not, whatever the official calendar says."""

    day: date
    """Which day."""
    kind: SpecialDayKind
    """Whether it is a business day."""


@root
class MarketRoot:
    reference_rates: list[ReferenceRate] = children(order_by="id", allow=ALL_STAFF)
    """All values of all reference rates, as they were written down."""
    special_days: list[SpecialDay] = children(order_by="day", allow=ALL_STAFF)
    """All days that the official calendar has otherwise."""


@input
class SetReferenceRateInput(Input):
    """A reference rate, its value, and from when."""

    code: str = token(20)
    """Such as LPR5Y."""
    valid_from: date = day(FIRST_DAY, LAST_DAY)
    """Today or later, and after every day it has a value from."""
    annual_rate: Rate = decimal(Decimal(0), Decimal(10))
    """Its value, a year."""


@mutation(allow=MANAGERS, refusals=(RateDateNotAllowed,))
async def set_reference_rate(info: Info, input: SetReferenceRateInput) -> models.ReferenceRate:
    """Write down from when a reference rate has a value; loans that follow it do so on their days of repricing."""
    return await markets.set_reference_rate(info.context.viewer, **input.values())


@input
class SpecialDayInput(Input):
    """A day that the official calendar has otherwise, or does not know yet."""

    on: date = day(FIRST_DAY, LAST_DAY)
    """Which day."""
    kind: SpecialDayKind
    """Whether it is a business day."""


@value(markets.SpecialDaysSet)
class SetSpecialDaysSuccess:
    """What was said of days to come."""

    count: int
    """Of how many."""
    first_on: date
    """The first of them."""
    last_on: date
    """The last of them."""


@input
class SetSpecialDaysInput(Input):
    """Days that the official calendar has otherwise."""

    days: list[SpecialDayInput] = list_of(SpecialDayInput, 1000)
    """All after today; a day that is there already is said anew."""


@mutation(allow=MANAGERS, refusals=(SpecialDateNotAllowed, HolidayContradiction, HolidayTableGap))
async def set_special_days(info: Info, input: SetSpecialDaysInput) -> markets.SpecialDaysSet:
    """Say of days to come whether they are business days; due days to which that matters move along."""
    said = input.values()["days"]
    if not said:
        raise BadInput("input.required").at("days")
    days = [holidays.SpecialDay(**each) for each in said]
    return await markets.set_special_days(info.context.viewer, days=days)
