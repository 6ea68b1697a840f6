"""Terms of products: proposed by one manager, decided by another."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import models
import rules.money
from resolvers.products import products
from resolvers.products.products import NewFee
from rules.loans.repayments import AmountNotAllowed
from rules.loans.schedule_previews import CostAboveCap
from rules.money import ZERO
from rules.people.access import MANAGERS
from rules.people.staff import SamePerson
from rules.products.currencies import CurrencyUnsupported
from rules.products.fees import FeeNotAllowed, FeesTooHigh
from rules.products.holidays import HolidayContradiction, HolidayTableGap, RegionUnknown
from rules.products.kinds import (
    DayCount,
    DueComponent,
    ExcessRule,
    FeeKind,
    Frequency,
    GraceKind,
    HolidayInterest,
    HolidayRule,
    PayoffRule,
    PenaltyStart,
    RepaymentMethod,
    Rounding,
)
from rules.products.product_checks import FeesAlike, LimitsContradict, OrderIncomplete, RateContradicts, VersionsOverlap
from rules.products.product_limits import ProductUnsound
from rules.products.repricing import RateType, ReferenceRateMissing, RepricingRule
from rules.products.schedule_checks import DueDayMismatch, GraceTooLong, MethodMismatch
from rules.products.schedules import FirstDueNotAllowed
from rules.states import NotPossibleNow
from schema.context import Info
from schema.declarations import (
    Input,
    day,
    decimal,
    id_of,
    input,
    list_of,
    mutation,
    one_of,
    text,
    token,
    whole,
)
from schema.errors import BadInput
from schema.money import money_input
from schema.scalars import Rate

NOTHING, TENFOLD = Decimal(0), Decimal(10)
TRIED_OUT = (
    AmountNotAllowed,
    CostAboveCap,
    CurrencyUnsupported,
    DueDayMismatch,
    FeeNotAllowed,
    FeesAlike,
    FeesTooHigh,
    FirstDueNotAllowed,
    GraceTooLong,
    HolidayContradiction,
    HolidayTableGap,
    LimitsContradict,
    MethodMismatch,
    OrderIncomplete,
    ProductUnsound,
    RateContradicts,
    ReferenceRateMissing,
    RegionUnknown,
    VersionsOverlap,
)
"""What is found out when terms are tried out."""


@input
class ProductFeeInput(Input):
    """What is asked for beside interest, and when."""

    kind: FeeKind
    """When it is taken."""
    name_zh: str = text(1, 100)
    """As customers read it in Chinese."""
    name_en: str = text(1, 100)
    """As customers read it in English."""
    rate: Rate | None = decimal(NOTHING, Decimal(1))
    """As a share of the amount borrowed (for a prepayment, of what it repays early): "0.01" is 1 %."""
    amount: Decimal | None
    """As an amount, in the product's currency."""
    until_months: int | None = whole(1, 600)
    """For a prepayment: until which age of the loan it is asked for; always, if nothing is said."""


@input
class ProposeProductInput(Input):
    """All terms of a product."""

    code: str = token(20)
    """Short and stable, such as EASY; a new one makes a new product."""
    name_zh: str = text(1, 100)
    """As customers read it in Chinese."""
    name_en: str = text(1, 100)
    """As customers read it in English."""
    valid_from: date = day()
    """The first day on which somebody can sign under these terms: today or later."""
    method: RepaymentMethod
    """How principal and interest are spread over the term."""
    min_amount: rules.money.Money = money_input()
    """The least that is lent; its currency is the product's."""
    max_amount: Decimal
    """The most that is lent, in the same currency."""
    min_term: int = whole(1, 600)
    """The shortest term, in periods."""
    max_term: int = whole(1, 600)
    """The longest term, in periods."""
    annual_rate: Rate | None = decimal(NOTHING, TENFOLD)
    """Contract rate a year; needed unless it floats."""
    rate_type: RateType | None
    """FIXED if nothing is said."""
    reference_rate: str | None = token(20)
    """The code of the reference rate that a floating one follows."""
    spread_bp: int | None = whole(-10_000, 100_000)
    """Basis points on top of the reference rate; 0 if nothing is said."""
    repricing: RepricingRule | None
    """When a floating rate follows."""
    frequency: Frequency | None
    """How often an installment is due; monthly if nothing is said."""
    day_count: DayCount | None
    """How interest is counted; in twelfths if nothing is said."""
    due_day: int | None = whole(1, 31)
    """The day of the month on which all installments are due; that of the payout, if nothing is said."""
    due_day_is_chosen: bool | None
    """Whether a customer may choose it when he accepts an offer; he may not if nothing is said."""
    rounding: Rounding | None
    """What installments are rounded to; the cent if nothing is said."""
    holiday_rule: HolidayRule | None
    """Where due days go that are no business days; they stay if nothing is said."""
    holiday_interest: HolidayInterest | None
    """Until when interest runs then; to the day as agreed if nothing is said."""
    holiday_region: str | None = token(2)
    """The country whose official holidays count, such as CN; weekends only if nothing is said."""
    grace_periods: int | None = whole(0, 599)
    """Periods at the beginning in which less is asked for; none if nothing is said."""
    grace_kind: GraceKind | None
    """What is asked for in them; interest only if nothing is said."""
    step_share: Rate | None = decimal(NOTHING, Decimal(1))
    """By how much installments grow each time, for STEP_UP."""
    step_every: int | None = whole(1, 600)
    """After how many periods; 12 if nothing is said."""
    penalty_multiplier: Decimal | None = decimal(NOTHING, TENFOLD)
    """Penalty interest, times the contract rate, such as "1.5"; none if nothing is said."""
    penalty_grace_days: int | None = whole(0, 60)
    """Paying so many days late is free of it."""
    penalty_starts: PenaltyStart | None
    """From when it runs after that; from the due day if nothing is said."""
    penalty_on_interest: bool | None
    """Whether on overdue interest, too."""
    penalty_day_count: DayCount | None = one_of(*[each for each in DayCount if each is not DayCount.TWELFTHS])
    """How its days are counted; ACT_360 if nothing is said."""
    allocation_order: list[DueComponent] | None
    """What a payment pays first within a line; costs, penalty, interest, principal if nothing is said."""
    excess: ExcessRule | None
    """What becomes of a payment beyond what is due; it pays the next installments if nothing is said."""
    payoff: PayoffRule | None
    """Which interest a prepayment owes for the period it falls in; to the date if nothing is said."""
    cooling_off_days: int | None = whole(0, 366)
    """For so many days after its payout a loan can be withdrawn from; nothing: not at all."""
    statement_days: int | None = whole(0, 28)
    """So many days before each due day a statement is written down; nothing: none is."""
    max_annual_cost: Rate | None = decimal(NOTHING, TENFOLD)
    """Refuse terms under which a loan may cost more a year than this, simple, every fee included."""
    fees: list[ProductFeeInput] | None = list_of(ProductFeeInput, 20)
    """Every fee."""


@mutation(allow=MANAGERS, refusals=TRIED_OUT)
async def propose_product(info: Info, input: ProposeProductInput) -> models.ProductVersion:
    """Propose terms of a product, or a new product; another manager decides."""
    said = {name: sent for name, sent in input.values().items() if sent is not None}
    if "annual_rate" not in said and said.get("rate_type") is not RateType.FLOATING:
        raise BadInput("input.required").at("annualRate")
    return await products.propose_product(info.context.viewer, **_terms(said))


def _terms(said: dict[str, Any]) -> dict[str, Any]:
    least: rules.money.Money = said.pop("min_amount")
    fees = [NewFee(**{name: sent for name, sent in fee.items() if sent is not None}) for fee in said.pop("fees", ())]
    if "allocation_order" in said:
        said["allocation_order"] = ",".join(said["allocation_order"])
    return {
        "annual_rate": ZERO,
        **said,
        "min_amount": least.amount,
        "currency": least.currency,
        "fees": fees,
    }


@input
class ApproveProductInput(Input):
    """Which proposal."""

    version_id: int = id_of(models.ProductVersion)
    """Terms that somebody else proposed."""


@mutation(allow=MANAGERS, refusals=(NotPossibleNow, SamePerson, *TRIED_OUT))
async def approve_product(info: Info, input: ApproveProductInput) -> models.ProductVersion:
    """Let proposed terms hold from their day on; who signed before keeps the terms he signed under."""
    return await products.approve_product(info.context.viewer, **input.values())


@input
class DeclineProductInput(Input):
    """Which proposal."""

    version_id: int = id_of(models.ProductVersion)
    """Terms that somebody else proposed."""


@mutation(allow=MANAGERS, refusals=(NotPossibleNow, SamePerson))
async def decline_product(info: Info, input: DeclineProductInput) -> models.ProductVersion:
    """Leave a product on the terms it has."""
    return await products.decline_product(info.context.viewer, **input.values())
