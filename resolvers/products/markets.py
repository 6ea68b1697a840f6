"""What products follow from outside: reference rates, and days that the official calendar has otherwise.

Both change when loans are looked at next, of many loans at once: nobody else writes meanwhile, or a day that is ending
would wait for them and they for it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from models import Loan, ReferenceRate, SpecialDay, Viewer
from models.database import transaction
from rules.people.access import MANAGERS
from rules.products import holidays
from rules.products.holidays import SpecialDateNotAllowed, make_calendar
from rules.products.kinds import HolidayRule
from rules.products.repricing import RateDateNotAllowed


async def set_reference_rate(viewer: Viewer, *, code: str, valid_from: date, annual_rate: Decimal) -> ReferenceRate:
    """Write down from when a reference rate has a value; loans that follow it do so on their days of repricing.

    Raises `RateDateNotAllowed` unless the day is today or later, and after every day it has a value from.
    """
    assert viewer.role in MANAGERS
    async with transaction(viewer, "set_reference_rate", is_alone=True) as unit:
        last = await ReferenceRate.filter(code=code).order_by("-valid_from").first()
        if valid_from < unit.today or (last is not None and valid_from <= last.valid_from):
            raise RateDateNotAllowed(earliest=max(unit.today, last.valid_from if last else unit.today))
        unit.subject = rate = await ReferenceRate.create(code=code, valid_from=valid_from, annual_rate=annual_rate)
        following = Loan.filter(product_version__reference_rate=code, next_action_on__gt=valid_from)
        await Loan.filter(id__in=[loan.id for loan in await following.only("id")]).update(next_action_on=valid_from)
    return rate


@dataclass(frozen=True)
class SpecialDaysSet:
    """What was said of days to come."""

    count: int
    first_on: date
    last_on: date


async def set_special_days(viewer: Viewer, *, days: Sequence[holidays.SpecialDay]) -> SpecialDaysSet:
    """Say of days to come whether they are business days; due days of loans to which that matters move along.

    Raises `SpecialDateNotAllowed` for a day that is not after today, `HolidayContradiction`, `HolidayTableGap`.
    """
    assert viewer.role in MANAGERS
    async with transaction(viewer, "set_special_days", is_alone=True) as unit:
        early = [each.on for each in days if each.on <= unit.today]
        if early:
            raise SpecialDateNotAllowed(on=min(early))
        named = {each.on for each in days}
        kept = [row for row in await SpecialDay.all() if row.day not in named]
        make_calendar(None, [*(holidays.SpecialDay(row.day, row.kind) for row in kept), *days])
        await SpecialDay.filter(day__in=list(named)).delete()
        await SpecialDay.bulk_create([SpecialDay(day=each.on, kind=each.kind) for each in days])
        moved = Loan.filter(
            product_version__holiday_rule__in=[each for each in HolidayRule if each is not HolidayRule.NEVER],
            next_action_on__isnull=False,
        )
        await Loan.filter(id__in=[loan.id for loan in await moved.only("id")]).update(next_action_on=unit.today)
    return SpecialDaysSet(len(named), min(named), max(named))
