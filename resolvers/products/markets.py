"""What products follow from outside: reference rates, and days that the official calendar has otherwise.

One person proposes, another decides. What is approved changes when loans are looked at next, of many loans at once: nobody
else writes meanwhile, or a day that is ending would wait for them and they for it.
"""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from models import Loan, MarketChange, MarketChangeDay, ProductVersion, ReferenceRate, SpecialDay, Viewer
from models.database import Unit, transaction
from resolvers.products.proposals import DECIDED, decided
from rules.products import holidays
from rules.products.due_dates import HolidayTerms
from rules.products.holidays import SpecialDateNotAllowed, check_no_year_is_left_out, make_calendar
from rules.products.kinds import HolidayRule
from rules.products.markets import MarketChangeKind
from rules.products.repricing import RateDateNotAllowed, RepricingRule
from rules.products.states import ProposalStatus


async def propose_reference_rate(viewer: Viewer, *, code: str, valid_from: date, annual_rate: Decimal) -> MarketChange:
    """Propose from when a reference rate has a value.

    Raises `RateDateNotAllowed` unless the day is today or later, and after every day it has a value from.
    """
    async with transaction(viewer, "propose_reference_rate") as unit:
        await _check_rate(code, valid_from, unit.today)
        terms = {"code": code, "valid_from": valid_from, "annual_rate": annual_rate}
        return await _propose(unit, MarketChangeKind.REFERENCE_RATE, **terms)


async def propose_special_days(viewer: Viewer, *, days: Sequence[holidays.SpecialDay]) -> MarketChange:
    """Propose of days to come whether they are business days.

    Raises `SpecialDateNotAllowed` for a day that is not after today or would let something have fallen due already,
    `HolidayContradiction`, `HolidayTableGap`.
    """
    async with transaction(viewer, "propose_special_days") as unit:
        await _check_days(days, unit.today)
        change = await _propose(unit, MarketChangeKind.SPECIAL_DAYS)
        named = {each.on: each.kind for each in days}
        await MarketChangeDay.bulk_create(
            [MarketChangeDay(change_id=change.id, day=day, kind=kind) for day, kind in named.items()]
        )
        return change


async def approve_market_change(viewer: Viewer, *, change_id: int) -> MarketChange:
    """Let a proposal hold: loans follow a rate on their days of repricing, and due days move along with days.

    Raises `NotFound`, `NotPossibleNow`, `SamePerson`, and what proposing it would today.
    """
    async with transaction(viewer, "approve_market_change", is_alone=True) as unit:
        change = await _decide(unit, change_id, ProposalStatus.APPROVED)
        if change.kind is MarketChangeKind.REFERENCE_RATE:
            await _set_rate(unit, change)
        else:
            await _set_days(unit, change)
        return change


async def decline_market_change(viewer: Viewer, *, change_id: int) -> MarketChange:
    """Leave things as they are. Raises `NotFound`, `NotPossibleNow`, `SamePerson`."""
    async with transaction(viewer, "decline_market_change") as unit:
        return await _decide(unit, change_id, ProposalStatus.DECLINED)


async def _propose(unit: Unit, kind: MarketChangeKind, **terms: Any) -> MarketChange:
    unit.subject = change = await MarketChange.create(
        kind=kind, status=ProposalStatus.PROPOSED, proposed_by_id=unit.viewer.staff_id, **terms
    )
    return change


async def _decide(unit: Unit, change_id: int, status: ProposalStatus) -> MarketChange:
    """Keep who decided a proposal, when."""
    change = await decided(unit, MarketChange, change_id, status)
    await change.save(update_fields=DECIDED)
    return change


async def _check_rate(code: str, valid_from: date, today: date) -> None:
    last = await ReferenceRate.filter(code=code).order_by("-valid_from").first()
    if valid_from < today or (last is not None and valid_from <= last.valid_from):
        raise RateDateNotAllowed(earliest=max(today, last.valid_from if last else today))


async def _set_rate(unit: Unit, change: MarketChange) -> None:
    assert change.code is not None, "it is of a rate"
    assert change.valid_from is not None, "it holds from a day on"
    await _check_rate(change.code, change.valid_from, unit.today)
    await ReferenceRate.create(code=change.code, valid_from=change.valid_from, annual_rate=change.annual_rate)
    following = await ProductVersion.filter(reference_rate=change.code, repricing=RepricingRule.EACH_CHANGE)
    loans = Loan.filter(product_version_id__in=[each.id for each in following], next_action_on__gt=change.valid_from)
    await loans.update(next_action_on=change.valid_from)


async def _check_days(days: Sequence[holidays.SpecialDay], today: date) -> None:
    early = [each.on for each in days if each.on <= today]
    if early:
        raise SpecialDateNotAllowed(on=min(early))
    named = {each.on for each in days}
    known = [holidays.SpecialDay(row.day, row.kind) for row in await SpecialDay.all()]
    table = [*(each for each in known if each.on not in named), *days]
    check_no_year_is_left_out(today, table)
    followed = await ProductVersion.exclude(holiday_rule=HolidayRule.NEVER)
    for region in {None, *(version.holiday_region for version in followed)}:
        calendar = make_calendar(region, table)
        for each in days:  # A break that is too long is found from each end.
            calendar.next_business_day(each.on)
            calendar.business_day_before(each.on)
        for rule in HolidayRule:
            before = HolidayTerms(rule, calendar=make_calendar(region, known))
            HolidayTerms(rule, calendar=calendar).check_told_in_time(today, before, named)


async def _set_days(unit: Unit, change: MarketChange) -> None:
    rows = await MarketChangeDay.filter(change_id=change.id)
    await _check_days([holidays.SpecialDay(row.day, row.kind) for row in rows], unit.today)
    await SpecialDay.filter(day__in=[row.day for row in rows]).delete()
    await SpecialDay.bulk_create([SpecialDay(day=row.day, kind=row.kind) for row in rows])
    moving = await ProductVersion.exclude(holiday_rule=HolidayRule.NEVER)
    loans = Loan.filter(product_version_id__in=[each.id for each in moving], next_action_on__gt=unit.today)
    await loans.update(next_action_on=unit.today)
