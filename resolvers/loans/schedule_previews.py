"""Previews of schedules: what a loan on some terms would come to. Nothing is read, nothing is stored."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal
from typing import Any

from rules.loans.events import Event
from rules.loans.schedule_previews import Preview, preview
from rules.loans.terms import COSTS_FIRST, LoanTerms, PenaltyTerms
from rules.money import Money
from rules.products.due_dates import HolidayTerms
from rules.products.fees import FeeTerms, fees_of_kind
from rules.products.holidays import SpecialDay, make_calendar
from rules.products.kinds import FeeKind, RepaymentMethod
from rules.products.schedules import Grace, Part, ScheduleTerms, Steps

Values = dict[str, Any]

_thread = ThreadPoolExecutor(1, "previews")
"""Previews wait for each other: in the threads of everybody, many of them kept passwords from being checked."""


async def preview_schedule(*, as_of: date, max_annual_cost: Decimal | None, **given: Any) -> Preview:
    """Work out a loan as of a day, from checked values by the names that the input gives them.

    In a thread: the largest previews take longer than others should wait, even for the threads. Raises as `preview` and `make_calendar` do.
    """
    events = [Event(number, **event) for number, event in enumerate(given["events"] or (), start=1)]
    terms = _terms(given)
    return await asyncio.get_running_loop().run_in_executor(_thread, preview, terms, events, as_of, max_annual_cost)


def _terms(given: Values) -> LoanTerms:
    principal: Money = given["principal"]
    fees = tuple(FeeTerms(**_said(fee)) for fee in given["fees"] or ())
    financed = fees_of_kind(fees, FeeKind.FINANCED, principal.amount)
    terms = {
        "penalty": PenaltyTerms(**_said(given["penalty"])) if given["penalty"] else None,
        "excess": given["excess"],
        "payoff": given["payoff"],
    }
    return LoanTerms(
        schedule=_schedule(given, principal.amount + financed),
        currency=principal.currency,
        fees=fees,
        allocation_order=tuple(given["allocation_order"] or COSTS_FIRST),
        borrowed=principal.amount,
        **_said(terms),
    )


def _schedule(given: Values, principal: Decimal) -> ScheduleTerms:
    parts = tuple(Part(**part) for part in given["parts"] or ())
    term = len(parts) if given["method"] is RepaymentMethod.IRREGULAR else given["term"]
    optional = {
        "frequency": given["frequency"],
        "day_count": given["day_count"],
        "rounding": given["rounding"],
        "grace": Grace(**_said(given["grace"])) if given["grace"] else None,
        "steps": Steps(**_said(given["steps"])) if given["steps"] else None,
        "holidays": _holidays(given["holidays"]) if given["holidays"] else None,
    }
    return ScheduleTerms(
        method=given["method"],
        principal=principal,
        annual_rate=given["annual_rate"],
        term=term,
        disbursed_on=given["disbursed_on"],
        agreed_first_due_on=given["first_due_on"],
        agreed_due_day=given["due_day"],
        parts=parts,
        installment=given["installment"],
        **_said(optional),
    )


def _holidays(given: Values) -> HolidayTerms:
    special_days = [SpecialDay(**special) for special in given["special_days"] or ()]
    said = _said({"rule": given["rule"], "interest": given["interest"]})
    return HolidayTerms(calendar=make_calendar(given["region"], special_days), **said)


def _said(values: Values) -> Values:
    """Leave out what was not said: the rules have a default for it."""
    return {name: value for name, value in values.items() if value is not None}
