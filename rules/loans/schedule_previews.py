"""Previews: all that a loan on some terms would come to, after things that might happen to it. Nothing is stored."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum

from rules.errors import Refused
from rules.loans.events import Event, LoanEventKind, reversed_by
from rules.loans.ledger import Ledger, replay
from rules.loans.terms import LoanTerms
from rules.money import ZERO, Money, exactly, round_rate
from rules.products.annual_cost import compound_annual_cost, simple_annual_cost, xirr
from rules.products.currencies import check_currency
from rules.products.due_dates import add_months
from rules.products.fees import FeesTooHigh, check_fees, fees_of_kind
from rules.products.kinds import FeeKind, Frequency, RepaymentMethod
from rules.products.product_limits import is_schedule_sane
from rules.products.schedule_checks import check_schedule_terms
from rules.products.schedules import Line


@dataclass(eq=False)
class CostAboveCap(Refused):
    """The loan would cost more a year than is allowed, every fee included."""

    code = "COST_ABOVE_CAP"
    path = ("maxAnnualCost",)
    annual_cost: Decimal
    """What it would cost a year, simple."""
    maximum: Decimal
    """What is allowed."""


@dataclass(eq=False)
class AsOfBeforePayout(Refused):
    """Nothing can be said of a loan before it is paid out."""

    code = "AS_OF_BEFORE_PAYOUT"
    path = ("asOf",)
    earliest: date
    """The day of the payout."""


class LoanEventStatus(StrEnum):
    """Whether an event counts on the day that was asked about."""

    BOOKED = "BOOKED"
    """It happened, and counts."""
    REVERSED = "REVERSED"
    """It was put back as if it had never been."""
    LATER = "LATER"
    """It has not happened yet."""


@dataclass(frozen=True)
class PreviewedLine:
    """A line of the schedule as it stands."""

    number: int
    starts_on: date
    ends_on: date
    due_on: date
    principal: Decimal
    interest: Decimal
    costs: Decimal
    total: Decimal
    penalty: Decimal
    paid: Decimal
    balance: Decimal
    currency: str


@dataclass(frozen=True)
class PreviewedSplit:
    """An amount, by what it is or was for."""

    costs: Decimal
    penalty: Decimal
    interest: Decimal
    principal: Decimal
    credit: Decimal
    total: Decimal
    currency: str


@dataclass(frozen=True)
class PreviewedShare:
    """What a part of an event's money went to."""

    event: int | None
    on: date
    line: int | None
    split: PreviewedSplit


@dataclass(frozen=True)
class PreviewedEvent:
    """What became of an event."""

    number: int
    on: date
    kind: LoanEventKind
    status: LoanEventStatus
    split: PreviewedSplit


@dataclass(frozen=True)
class Preview:
    """All that was worked out."""

    currency: str
    lent: Decimal
    received: Decimal
    installment: Decimal
    is_sound: bool
    annual_cost: Decimal
    annual_cost_compound: Decimal
    lines: tuple[PreviewedLine, ...]
    events: tuple[PreviewedEvent, ...]
    shares: tuple[PreviewedShare, ...]
    due: PreviewedSplit
    payoff: PreviewedSplit
    accrued_interest: Decimal
    outstanding: Decimal
    credit: Decimal
    total_interest: Decimal
    total_fees: Decimal
    total_penalty: Decimal
    total_cost: Decimal


def preview(terms: LoanTerms, events: Sequence[Event], as_of: date, max_annual_cost: Decimal | None) -> Preview:
    """Work everything out as of a day. The annual costs are those of the loan as signed, before anything happened.

    Raises what `check_currency`, `check_schedule_terms`, `check_fees` and `replay` raise, `FeesTooHigh`, `CostAboveCap` and
    `AsOfBeforePayout`.
    """
    check_currency(terms.currency)
    check_schedule_terms(terms.schedule, terms.currency)
    check_fees(terms.fees)
    if as_of < terms.schedule.disbursed_on:
        raise AsOfBeforePayout(terms.schedule.disbursed_on)
    signed = replay(terms, (), terms.schedule.disbursed_on)
    upfront = fees_of_kind(terms.fees, FeeKind.UPFRONT, signed.borrowed)
    if upfront >= signed.borrowed:
        raise FeesTooHigh(Money(upfront, terms.currency))
    try:
        simple, compound = annual_costs(signed, signed.borrowed - upfront)
    except InvalidOperation:  # A figure of more than fifty digits: no contract rate comes near, fees do.
        asked = sum((line.costs for line in signed.lines), upfront)
        raise FeesTooHigh(Money(asked, terms.currency)) from None
    if max_annual_cost is not None and simple > max_annual_cost:
        raise CostAboveCap(simple, max_annual_cost)
    ledger = replay(terms, events, as_of)
    with exactly():
        return _shown(ledger, signed, events, as_of, upfront, (simple, compound))


def annual_costs(signed: Ledger, received: Decimal) -> tuple[Decimal, Decimal]:
    """Give what the loan costs a year, simple and compound, every fee of its schedule included.

    By the internal rate of return of its periods; where days are irregular (entered by hand, or a broken first
    period), compound by XIRR, and simple as periods a year times what gives that compound rate.
    """
    schedule = signed.terms.schedule
    asked = [(line, line.principal + line.interest + line.costs) for line in signed.lines]
    periods_a_year = schedule.frequency.periods_a_year
    if _is_regular(signed):
        flows = [received, *[ZERO] * schedule.term]
        for line, total in asked:
            is_last = schedule.method is RepaymentMethod.BULLET
            flows[schedule.term if is_last else line.period.number] -= total
        return simple_annual_cost(flows, periods_a_year), compound_annual_cost(flows, periods_a_year)
    paid = [(line.period.due_on, -total) for line, total in asked if total]
    compound = xirr([(schedule.disbursed_on, received), *paid])
    with exactly():
        periodic = (1 + compound) ** (Decimal(1) / periods_a_year) - 1
        return round_rate(periodic * periods_a_year), compound


def _is_regular(signed: Ledger) -> bool:
    """Say whether every period is whole; a due day that a holiday moved still counts as its own."""
    schedule = signed.terms.schedule
    if schedule.method is RepaymentMethod.IRREGULAR:
        return False
    if schedule.frequency is Frequency.MONTHLY:
        return schedule.first_due_on == add_months(schedule.disbursed_on, 1)
    return (schedule.first_due_on - schedule.disbursed_on).days == schedule.frequency.days


def _shown(
    ledger: Ledger,
    signed: Ledger,
    events: Sequence[Event],
    as_of: date,
    upfront: Decimal,
    costs: tuple[Decimal, Decimal],
) -> Preview:
    due, payoff, currency = ledger.due(as_of), ledger.payoff(as_of), ledger.terms.currency
    lines, shares, asked = lines_of(ledger, as_of), shares_of(ledger), _asked(signed)
    early = sum((part.costs for part in ledger.booked if part.line is None), ZERO)
    fees = upfront + signed.lent - signed.borrowed + early + sum((line.costs for line in lines), ZERO)
    interest = sum((line.interest for line in lines), ZERO)
    penalty = sum((line.penalty for line in lines), ZERO)
    return Preview(
        currency=currency,
        lent=ledger.lent,
        received=signed.borrowed - upfront,
        installment=asked[0].total,
        is_sound=is_schedule_sane(ledger.terms.schedule.method, asked),
        annual_cost=costs[0],
        annual_cost_compound=costs[1],
        lines=lines,
        events=_events(events, shares, as_of, currency),
        shares=shares,
        due=split_of((due.costs, due.penalty, due.interest, due.principal, ZERO), currency),
        payoff=split_of((payoff.costs, payoff.penalty, payoff.interest, payoff.principal, -payoff.credit), currency),
        accrued_interest=ledger.accrued(as_of),
        outstanding=ledger.outstanding,
        credit=ledger.credit,
        total_interest=interest,
        total_fees=fees,
        total_penalty=penalty,
        total_cost=interest + fees + penalty,
    )


def lines_of(ledger: Ledger, as_of: date) -> tuple[PreviewedLine, ...]:
    shown = []
    balance = sum((line.principal for line in ledger.lines), ZERO)
    for line in ledger.lines:
        balance -= line.principal
        if line.is_empty:
            continue
        shown.append(
            PreviewedLine(
                number=line.period.number,
                starts_on=line.period.starts_on,
                ends_on=line.period.ends_on,
                due_on=line.period.due_on,
                principal=line.principal,
                interest=line.interest,
                costs=line.costs,
                total=line.principal + line.interest + line.costs,
                penalty=line.penalty(ledger.annual_rate, as_of),
                paid=sum(line.paid.values(), ZERO),
                balance=balance,
                currency=ledger.terms.currency,
            )
        )
    return tuple(shown)


def _asked(signed: Ledger) -> list[Line]:
    """Give the lines that repay principal, as signed."""
    return [
        Line(line.period.number, line.period.due_on, line.principal, line.interest)
        for line in signed.lines
        if line.principal
    ]


def shares_of(ledger: Ledger) -> tuple[PreviewedShare, ...]:
    currency = ledger.terms.currency
    return tuple(
        PreviewedShare(
            part.event,
            part.on,
            part.line,
            split_of((part.costs, part.penalty, part.interest, part.principal, part.credit), currency),
        )
        for part in ledger.booked
    )


def _events(
    events: Sequence[Event], shares: Sequence[PreviewedShare], as_of: date, currency: str
) -> tuple[PreviewedEvent, ...]:
    undone = reversed_by(events, as_of)
    sums = {event.number: [ZERO] * 5 for event in events}
    for share in shares:
        if share.event is not None:
            split = share.split
            parts = (split.costs, split.penalty, split.interest, split.principal, split.credit)
            sums[share.event] = [before + part for before, part in zip(sums[share.event], parts, strict=True)]
    return tuple(
        PreviewedEvent(
            event.number,
            event.on,
            event.kind,
            _status(event, undone, as_of),
            split_of(sums[event.number], currency),
        )
        for event in events
    )


def _status(event: Event, undone: set[int], as_of: date) -> LoanEventStatus:
    if event.on > as_of:
        return LoanEventStatus.LATER
    return LoanEventStatus.REVERSED if event.number in undone else LoanEventStatus.BOOKED


def split_of(parts: Sequence[Decimal], currency: str) -> PreviewedSplit:
    costs, penalty, interest, principal, credit = parts
    return PreviewedSplit(costs, penalty, interest, principal, credit, sum(parts, ZERO), currency)
