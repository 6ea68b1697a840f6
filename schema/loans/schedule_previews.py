"""Previews of schedules, for staff who design products or check figures."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import rules.loans.schedule_previews
import rules.money
from resolvers.loans import schedule_previews
from rules.loans import events
from rules.loans.events import MOST_PERIODS, LoanEventKind, PrepaymentEffect
from rules.loans.repayments import AmountNotAllowed
from rules.loans.schedule_previews import AsOfBeforePayout, CostAboveCap, LoanEventStatus
from rules.people.access import ALL_STAFF
from rules.products.currencies import CurrencyUnsupported
from rules.products.fees import FeeNotAllowed, FeesTooHigh
from rules.products.holidays import HolidayContradiction, HolidayTableGap, RegionUnknown, SpecialDayKind
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
from rules.products.schedule_checks import DueDayMismatch, GraceTooLong, MethodMismatch, PartsMismatch
from rules.products.schedules import FirstDueNotAllowed
from schema.context import Info
from schema.declarations import Input, day, decimal, input, list_of, money, nested, one_of, query, token, value, whole
from schema.declarations.inputs import InputField
from schema.errors import BadInput
from schema.money import Money, money_input
from schema.scalars import Rate

FIRST_DAY, LAST_DAY = date(1950, 1, 1), date(2200, 12, 31)
NOTHING, TENFOLD = Decimal(0), Decimal(10)
MOST_SPREAD = 60_000
"""How many lines the events of one preview may have worked out again: most of a second."""


@value(rules.loans.schedule_previews.PreviewedLine)
class PreviewedLine:
    """A line of a previewed schedule, as it stands after the events."""

    number: int
    """From 1; counts the periods, also those in which nothing is due."""
    starts_on: date
    """The first day whose interest it asks for."""
    ends_on: date
    """Until when it asks for interest."""
    due_on: date
    """When it is to be paid."""
    principal: Money = money()
    """The part that repays the amount borrowed."""
    interest: Money = money()
    """The part that is interest."""
    costs: Money = money()
    """Fees that are due with it."""
    total: Money = money()
    """These three together: what it asks for."""
    penalty: Money = money()
    """Penalty interest on it until the day asked about, paid or not."""
    paid: Money = money()
    """What was paid of it, penalty included."""
    balance: Money = money()
    """Principal of the lines after it."""


@value(rules.loans.schedule_previews.PreviewedSplit)
class PreviewedSplit:
    """An amount, by what it is for."""

    costs: Money = money()
    """Fees."""
    penalty: Money = money()
    """Penalty interest."""
    interest: Money = money()
    """The price of the money lent."""
    principal: Money = money()
    """The amount borrowed."""
    credit: Money = money()
    """Kept for what falls due later; negative where it is used."""
    total: Money = money()
    """All five together."""


@value(rules.loans.schedule_previews.PreviewedShare)
class PreviewedShare:
    """What a part of an event's money went to."""

    event: int | None
    """The number of the event; null where kept credit paid what fell due."""
    on: date
    """The day it was booked for."""
    line: int | None
    """The number of the line; null for what is repaid early, and for credit."""
    split: PreviewedSplit
    """By what it is for."""


@value(rules.loans.schedule_previews.PreviewedEvent)
class PreviewedEvent:
    """What became of an event."""

    number: int
    """Its place in the list, from 1."""
    on: date
    """Its day."""
    kind: LoanEventKind
    """What happened."""
    status: LoanEventStatus
    """Whether it counts on the day asked about."""
    split: PreviewedSplit
    """What its money went to; nothing unless it counts."""


@value(rules.loans.schedule_previews.Preview)
class PreviewScheduleSuccess:
    """All that was worked out; nothing is stored."""

    lent: Money = money()
    """The principal, financed fees and tranches included."""
    received: Money = money()
    """What is paid out at first, once fees are kept back."""
    installment: Money = money()
    """The first line that repays principal, as signed, without fees."""
    is_sound: bool
    """Whether the last line, as signed, is at most twice the largest other (or is meant to repay everything)."""
    annual_cost: Rate
    """Annualised cost as signed, simple, every fee included: the periodic internal rate of return times the periods."""
    annual_cost_compound: Rate
    """The same compounded over the year; by XIRR where days are irregular."""
    lines: list[PreviewedLine]
    """The schedule as it stands after the events."""
    events: list[PreviewedEvent]
    """Every event, as it was sent."""
    shares: list[PreviewedShare]
    """What each event's money went to, part by part."""
    due: PreviewedSplit
    """What is due and not paid on the day asked about."""
    payoff: PreviewedSplit
    """What would settle the loan on that day; kept credit is taken off."""
    accrued_interest: Money = money()
    """Interest until that day which is not due yet."""
    outstanding: Money = money()
    """Principal that is not repaid on that day."""
    credit: Money = money()
    """What is kept for the customer on that day."""
    total_interest: Money = money()
    """All interest of the lines, paid or not."""
    total_fees: Money = money()
    """All fees, paid or not."""
    total_penalty: Money = money()
    """All penalty interest until that day."""
    total_cost: Money = money()
    """These three together."""


@input
class PreviewGraceInput(Input):
    """Periods at the beginning in which less is asked for."""

    periods: int = whole(0, 599)
    """How many."""
    kind: GraceKind | None
    """What is asked for in them; PRINCIPAL, that is interest only, if nothing is said."""


@input
class PreviewStepsInput(Input):
    """How installments grow."""

    share: Rate = decimal(NOTHING, Decimal(1))
    """By how much each time: "0.05" is 5 %."""
    every: int | None = whole(1, 600)
    """After how many periods; 12 if nothing is said."""


@input
class PreviewPartInput(Input):
    """A line entered by hand."""

    due_on: date = day(FIRST_DAY, LAST_DAY)
    """The day it is due on."""
    principal: Decimal
    """Its part of the principal, in the principal's currency; interest is worked out."""


@input
class PreviewSpecialDayInput(Input):
    """A day that the official calendar has otherwise, or does not know yet."""

    on: date = day(FIRST_DAY, LAST_DAY)
    """Which day."""
    kind: SpecialDayKind
    """Whether it is a business day."""


@input
class PreviewHolidaysInput(Input):
    """What happens to due days that are no business days."""

    rule: HolidayRule
    """Where they go."""
    interest: HolidayInterest | None
    """Until when interest runs then; to the day as agreed if nothing is said."""
    region: str | None = token(2)
    """The country whose official holidays count, such as CN; weekends only if nothing is said."""
    special_days: list[PreviewSpecialDayInput] | None = list_of(PreviewSpecialDayInput, 1000)
    """A table that goes before the official calendar; it has to have days for every year between its first and last."""


@input
class PreviewFeeInput(Input):
    """A fee of the loan."""

    kind: FeeKind
    """When it is taken."""
    rate: Rate | None = decimal(NOTHING, Decimal(1))
    """As a share of the principal (for a prepayment, of what it repays early): "0.01" is 1 %."""
    amount: Decimal | None
    """As an amount, in the principal's currency."""
    until_months: int | None = whole(1, 600)
    """For a prepayment: until which age of the loan it is asked for; always, if nothing is said."""


@input
class PreviewPenaltyInput(Input):
    """Penalty interest on what is overdue, by the day."""

    multiplier: Decimal = decimal(NOTHING, TENFOLD)
    """Times the contract rate, such as "1.5"."""
    grace_days: int | None = whole(0, 60)
    """Paying so many days late is free of it; none if nothing is said."""
    starts: PenaltyStart | None
    """From when it runs after that; from the due day if nothing is said."""
    on_interest: bool | None
    """Whether on overdue interest, too; on principal only if nothing is said."""
    day_count: DayCount | None = one_of(*[each for each in DayCount if each is not DayCount.TWELFTHS])
    """How days are counted; ACT_360 if nothing is said."""


@input
class PreviewEventInput(Input):
    """Something that happens to the loan; of one day, the first in the list is the first."""

    on: date = day(FIRST_DAY, LAST_DAY)
    """Its day."""
    kind: LoanEventKind
    """What happens."""
    amount: Decimal | None
    """Of a tranche, payment or prepayment, in the principal's currency."""
    annual_rate: Rate | None = decimal(NOTHING, TENFOLD)
    """The new rate, for a change of rate."""
    effect: PrepaymentEffect | None
    """What a prepayment makes smaller."""
    reverses: int | None = whole(1, 500)
    """For a reversal: the number of the event, its place in this list from 1."""
    periods: int | None = whole(1, MOST_PERIODS)
    """For an extension or a payment holiday: how many."""
    due_day: int | None = whole(1, 31)
    """For a change of the due day: the new one, clamped in shorter months."""
    pays_only: DueComponent | None
    """For a payment by a voucher: INTEREST or COSTS, which it pays of the lines that are due and of the next one."""


def _each_once(sent: list[DueComponent]) -> list[DueComponent]:
    if sorted(sent) != sorted(DueComponent):
        raise BadInput("input.each_once", allowed=", ".join(DueComponent))
    return sent


@input
class PreviewScheduleInput(Input):
    """Terms of a loan, what happens to it, and the day to look at it."""

    principal: rules.money.Money = money_input()
    """The amount borrowed."""
    annual_rate: Rate = decimal(NOTHING, TENFOLD)
    """Contract rate a year."""
    term: int = whole(1, 600)
    """For how many periods; by hand, the parts say."""
    method: RepaymentMethod
    """How principal and interest are spread over the term."""
    disbursed_on: date = day(FIRST_DAY, date(2150, 1, 1))
    """When it is paid out."""
    as_of: date = day(FIRST_DAY, LAST_DAY)
    """The day to look at it; later events do not count."""
    frequency: Frequency | None
    """How often an installment is due; monthly if nothing is said."""
    day_count: DayCount | None
    """How interest is counted; in twelfths if nothing is said."""
    first_due_on: date | None = day(FIRST_DAY, date(2155, 1, 1))
    """The first due day; a whole period after the payout if nothing is said."""
    due_day: int | None = whole(1, 31)
    """The day of the month on which installments are due, clamped in shorter months; that of the first, if nothing is said."""
    rounding: Rounding | None
    """What installments are rounded to; the cent if nothing is said."""
    grace: PreviewGraceInput | None = nested(PreviewGraceInput)
    """Periods at the beginning in which less is asked for."""
    steps: PreviewStepsInput | None = nested(PreviewStepsInput)
    """How installments grow; for STEP_UP."""
    parts: list[PreviewPartInput] | None = list_of(PreviewPartInput, 600)
    """The lines, for IRREGULAR."""
    installment: Decimal | None
    """What was agreed as installment (with equal principal: as its part of it); worked out if nothing is said."""
    holidays: PreviewHolidaysInput | None = nested(PreviewHolidaysInput)
    """What happens to due days that are no business days; nothing if nothing is said."""
    fees: list[PreviewFeeInput] | None = list_of(PreviewFeeInput, 20)
    """Every fee."""
    penalty: PreviewPenaltyInput | None = nested(PreviewPenaltyInput)
    """Penalty interest; none if nothing is said."""
    allocation_order: list[DueComponent] | None = InputField(_each_once)  # type: ignore[assignment]
    """What a payment pays first within a line; costs, penalty, interest, principal if nothing is said."""
    excess: ExcessRule | None
    """What becomes of a payment beyond what is due; it pays the next installments if nothing is said."""
    payoff: PayoffRule | None
    """Which interest a prepayment owes for the period it falls in; to the date if nothing is said."""
    max_annual_cost: Rate | None = decimal(NOTHING, TENFOLD)
    """Refuse a loan that costs more a year than this, simple; no limit if nothing is said."""
    events: list[PreviewEventInput] | None = list_of(PreviewEventInput, 500)
    """What happens, in any order of days. Those that work lines out again, times the periods, are 60,000 at most."""


def _check_work(sent: dict[str, Any]) -> None:
    """Raise `BadInput` for events that have too many lines worked out again: each does it for all that are to come."""
    periods = len(sent["parts"] or ()) if sent["method"] is RepaymentMethod.IRREGULAR else sent["term"]
    periods += sum(event["periods"] or 0 for event in sent["events"] or ())
    changes = sum(event["kind"] in events.RESPREADING for event in sent["events"] or ())
    if changes * periods > MOST_SPREAD:
        raise BadInput("input.too_many_changes", periods=periods, limit=MOST_SPREAD // periods).at("events")


@query(
    allow=ALL_STAFF,
    refusals=(
        AmountNotAllowed,
        AsOfBeforePayout,
        events.ChangeNotPossible,
        CostAboveCap,
        CurrencyUnsupported,
        DueDayMismatch,
        events.EventBeforePayout,
        events.EventIncomplete,
        FeeNotAllowed,
        FeesTooHigh,
        FirstDueNotAllowed,
        GraceTooLong,
        HolidayContradiction,
        HolidayTableGap,
        MethodMismatch,
        events.NoLinesLeft,
        PartsMismatch,
        events.PaymentBeyondDue,
        events.PrepaymentTooLarge,
        events.PrepaymentTooSmall,
        RegionUnknown,
        events.ReversalNotAllowed,
    ),
)
async def preview_schedule(  # It reads nothing, so that it is the same for whoever may ask.
    info: Info,  # noqa: ARG001
    input: PreviewScheduleInput,
) -> rules.loans.schedule_previews.Preview:
    """Work out a loan on any terms, after anything that may happen to it: schedule, allocation, what is due, payoff, cost."""
    sent = input.values()
    _check_work(sent)
    return await schedule_previews.preview_schedule(**sent)
