"""The terms of a product's version, as the rules take them."""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

from models import Fee, ProductVersion, ReferenceRate, SpecialDay
from rules.loans.terms import LoanTerms, PenaltyTerms
from rules.products import holidays
from rules.products.due_dates import HolidayTerms
from rules.products.fees import FeeTerms, fees_of_kind, waive
from rules.products.holidays import make_calendar
from rules.products.kinds import FeeKind, HolidayRule, components
from rules.products.repricing import RatePoint, RateType, floating_rate
from rules.products.schedules import Grace, ScheduleTerms, Steps


def loan_terms(
    version: ProductVersion,
    fees: Iterable[Fee],
    special_days: Iterable[holidays.SpecialDay],
    *,
    borrowed: Decimal,
    annual_rate: Decimal,
    term: int,
    disbursed_on: date,
    due_day: int | None = None,
    fee_waiver_percent: int = 0,
) -> LoanTerms:
    """Give the terms of a loan under a version of a product; fees that are financed add to what is borrowed.

    `due_day` is that which the customer chose, `fee_waiver_percent` what his level waived. `special_days` go before the official calendar. Raises what
    `make_calendar` does.
    """
    taken = waive(fee_terms(fees), fee_waiver_percent)
    return LoanTerms(
        schedule=ScheduleTerms(
            method=version.method,
            principal=borrowed + fees_of_kind(taken, FeeKind.FINANCED, borrowed),
            annual_rate=annual_rate,
            term=term,
            disbursed_on=disbursed_on,
            frequency=version.frequency,
            day_count=version.day_count,
            agreed_due_day=due_day or version.due_day,
            rounding=version.rounding,
            grace=Grace(version.grace_periods, version.grace_kind),
            steps=Steps(version.step_share, version.step_every),
            holidays=_holidays(version, special_days),
        ),
        currency=version.currency,
        fees=taken,
        penalty=_penalty(version),
        allocation_order=tuple(components(version.allocation_order)),
        excess=version.excess,
        payoff=version.payoff,
        borrowed=borrowed,
    )


def fee_terms(fees: Iterable[Fee]) -> tuple[FeeTerms, ...]:
    """Give a version's fees as the rules take them, none of them waived."""
    return tuple(FeeTerms(fee.kind, fee.rate, fee.amount, fee.until_months) for fee in fees)


def _holidays(version: ProductVersion, special_days: Iterable[holidays.SpecialDay]) -> HolidayTerms:
    if version.holiday_rule is HolidayRule.NEVER:
        return HolidayTerms()
    calendar = make_calendar(version.holiday_region, special_days)
    return HolidayTerms(version.holiday_rule, version.holiday_interest, calendar)


def _penalty(version: ProductVersion) -> PenaltyTerms | None:
    if version.penalty_multiplier is None:
        return None
    return PenaltyTerms(
        multiplier=version.penalty_multiplier,
        grace_days=version.penalty_grace_days,
        starts=version.penalty_starts,
        on_interest=version.penalty_on_interest,
        day_count=version.penalty_day_count,
    )


async def fees_of(version: ProductVersion) -> list[Fee]:
    """Give a version's fees, in the order of every list of fee amounts."""
    return await Fee.filter(product_version_id=version.id).order_by("id")


async def special_days_of(version: ProductVersion) -> list[holidays.SpecialDay]:
    """Give the days that go before the official calendar; none where the terms move no due day."""
    if version.holiday_rule is HolidayRule.NEVER:
        return []
    return [holidays.SpecialDay(row.day, row.kind) for row in await SpecialDay.all().order_by("day")]


async def rate_points(code: str) -> Sequence[RatePoint]:
    """Give the values of a reference rate, ascending."""
    rows = await ReferenceRate.filter(code=code).order_by("valid_from")
    return [RatePoint(row.valid_from, row.annual_rate) for row in rows]


async def rate_of(version: ProductVersion, today: date) -> Decimal:
    """Give the contract rate of a loan signed on a day. Raises `ReferenceRateMissing`."""
    if version.rate_type is RateType.FIXED:
        return version.annual_rate
    assert version.reference_rate is not None, "a floating rate follows one"
    return floating_rate(await rate_points(version.reference_rate), version.spread_bp, today)


async def terms_today(
    version: ProductVersion,
    fees: Iterable[Fee],
    borrowed: Decimal,
    term: int,
    today: date,
    *,
    annual_rate: Decimal | None = None,
    due_day: int | None = None,
    fee_waiver_percent: int = 0,
) -> LoanTerms:
    """Give the terms of a loan paid out today, at a rate that was offered, or that of today.

    Raises as `loan_terms` and `rate_of` do.
    """
    return loan_terms(
        version,
        fees,
        await special_days_of(version),
        borrowed=borrowed,
        annual_rate=await rate_of(version, today) if annual_rate is None else annual_rate,
        term=term,
        disbursed_on=today,
        due_day=due_day,
        fee_waiver_percent=fee_waiver_percent,
    )
