"""Schedules: what is due when. The only place where principal and interest are spread over time."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple

from rules.errors import Refused
from rules.money import ZERO, exactly, is_whole_cents, round_money, round_to_unit, round_up_to_unit
from rules.products.day_counts import DayCounter, day_counter
from rules.products.due_dates import HolidayTerms, Period, date_in, due_dates, make_periods
from rules.products.kinds import DayCount, Frequency, GraceKind, RepaymentMethod, Rounding

_ROUNDED = {Rounding.CENT: round_money, Rounding.UNIT: round_to_unit, Rounding.UNIT_UP: round_up_to_unit}
_ONE = Decimal(1)
ANNUITIES = frozenset({RepaymentMethod.EQUAL_INSTALLMENT, RepaymentMethod.STEP_UP})


@dataclass(eq=False)
class FirstDueNotAllowed(Refused):
    """The first due day has to come after the payout, also where a holiday moves it."""

    code = "FIRST_DUE_NOT_ALLOWED"
    path = ("firstDueOn",)
    earliest: date
    """The day after the payout."""


class Line(NamedTuple):
    """What is due on one day."""

    number: int
    """From 1."""
    due_on: date
    principal: Decimal
    interest: Decimal

    @property
    def total(self) -> Decimal:
        return self.principal + self.interest


@dataclass(frozen=True)
class Part:
    """A part of the principal, and the day on which it is due: a line of a schedule entered by hand."""

    due_on: date
    principal: Decimal


@dataclass(frozen=True)
class Grace:
    """Periods at the beginning in which less is asked for."""

    periods: int = 0
    kind: GraceKind = GraceKind.PRINCIPAL


@dataclass(frozen=True)
class Steps:
    """How installments grow."""

    share: Decimal = Decimal(0)
    """By how much, each time: 0.05 is 5 %."""
    every: int = 12
    """After how many periods."""


@dataclass(frozen=True)
class DueDayChange:
    """Another day of the month on which installments fall due, from one period on."""

    from_number: int
    due_day: int


@dataclass(frozen=True)
class ScheduleTerms:
    """All that a schedule follows from."""

    method: RepaymentMethod
    principal: Decimal
    annual_rate: Decimal
    term: int
    """In periods."""
    disbursed_on: date
    frequency: Frequency = Frequency.MONTHLY
    day_count: DayCount = DayCount.TWELFTHS
    agreed_first_due_on: date | None = None
    """None: a whole period after the payout."""
    agreed_due_day: int | None = None
    """The day of the month of all due days, from 1 to 31; None: that of the first, or of the payout."""
    rounding: Rounding = Rounding.CENT
    grace: Grace = Grace()
    steps: Steps = Steps()
    parts: tuple[Part, ...] = ()
    """By hand, ascending; they make the principal."""
    installment: Decimal | None = None
    """What was agreed as installment (with equal principal: as its part of it); None: to be worked out."""
    holidays: HolidayTerms = field(default_factory=HolidayTerms)
    due_day_changes: tuple[DueDayChange, ...] = ()
    """Agreed later, ascending; by the month only."""
    asks_nothing: frozenset[int] = frozenset()
    """The numbers of periods in which, as agreed later, nothing is asked for: their interest waits."""

    @cached_property
    def due_day(self) -> int:
        """The day of the month from which every due day is clamped."""
        return self.agreed_due_day or (self.agreed_first_due_on or self.disbursed_on).day

    @cached_property
    def first_due_on(self) -> date:
        """The first due day, before any holiday moves it."""
        if self.agreed_first_due_on is not None:
            return self.agreed_first_due_on
        if self.frequency is Frequency.MONTHLY:
            return date_in(self.disbursed_on.year * 12 + self.disbursed_on.month, self.due_day)
        return self.disbursed_on + timedelta(days=self.frequency.days)

    @cached_property
    def periods(self) -> tuple[Period, ...]:
        """The periods whose interest falls due together. Raises `FirstDueNotAllowed`."""
        due: Sequence[date] = [part.due_on for part in self.parts]
        if self.method is not RepaymentMethod.IRREGULAR:
            due = [
                self._moved(number, day)
                for number, day in enumerate(
                    due_dates(self.frequency, self.first_due_on, self.due_day, self.term), start=1
                )
            ]
        if self.method is RepaymentMethod.BULLET:
            due = due[-1:]
        periods = make_periods(self.disbursed_on, due, self.holidays)
        if min(periods[0].due_on, periods[0].ends_on) <= self.disbursed_on:
            raise FirstDueNotAllowed(self.disbursed_on + timedelta(days=1))
        return periods

    def _moved(self, number: int, day: date) -> date:
        """Give a due day as it was agreed last."""
        if not self.due_day_changes:
            return day
        return date_in(day.year * 12 + day.month - 1, self.due_day_of(number))

    def due_day_of(self, number: int) -> int:
        """Give the day of the month that holds for a period, by its number."""
        changed = [change.due_day for change in self.due_day_changes if change.from_number <= number]
        return changed[-1] if changed else self.due_day

    @cached_property
    def counter(self) -> DayCounter:
        """What its interest is counted with."""
        return day_counter(self.day_count, self.frequency, self.due_day)

    def counter_of(self, period: Period) -> DayCounter:
        """What the interest of a period is counted with: as from its own due day."""
        if not self.due_day_changes:
            return self.counter
        return day_counter(self.day_count, self.frequency, self.due_day_of(period.number))

    @cached_property
    def ticks(self) -> tuple[int, ...]:
        """The length of each period, as its counter counts."""
        if self.due_day_changes:
            return tuple(self.counter_of(each).ticks(each.starts_on, each.ends_on) for each in self.periods)
        counted = [self.counter.count(day) for day in (self.disbursed_on, *[each.ends_on for each in self.periods])]
        return tuple(after - before for before, after in pairwise(counted))

    def defers(self, period: Period) -> bool:
        """Say whether a period asks for nothing, and its interest waits."""
        is_grace = period.number <= self.grace.periods and self.grace.kind is GraceKind.PAYMENT
        return is_grace or period.number in self.asks_nothing

    def ticks_from(self, day: date, period: Period) -> int:
        """Count what remains of a period from a day on; from before it began, all of it."""
        if day <= period.starts_on:
            return self.ticks[period.number - 1]
        return self.counter_of(period).ticks(day, period.ends_on)


@dataclass(frozen=True)
class Basis:
    """What a schedule is worked out from, at first or again."""

    balance: Decimal
    """Principal to be spread."""
    annual_rate: Decimal
    flat_base: Decimal
    """What a flat fee is a share of: the amount first borrowed."""


@dataclass(frozen=True)
class Opening:
    """The period in whose midst a schedule is worked out again."""

    accrues_from: date
    """From when the new balance bears interest."""
    accrued: Decimal
    """Interest of the period until then, a part of its installment."""
    extra: Decimal
    """Interest asked for on top of its installment."""
    paid_principal: Decimal
    """No less is asked for than was paid already, here and of the interest."""
    paid_interest: Decimal


class Asked(NamedTuple):
    """What one period asks for, and what its interest is made of."""

    period: Period
    principal: Decimal
    interest: Decimal
    accrues_from: date
    accrued: Decimal
    extra: Decimal
    base: Decimal
    """What bears interest from `accrues_from` on."""


def make_schedule(terms: ScheduleTerms) -> tuple[Line, ...]:
    """Spread a principal and its interest over the term.

    Interest is rounded to the cent each period; the last line absorbs what rounding left. Principal parts sum to the
    principal, none is negative. A period in which nothing is due has no line (interest only at 0 %), and where rounding
    repays early the schedule ends there. Raises `FirstDueNotAllowed`.
    """
    assert terms.principal > 0
    assert is_whole_cents(terms.principal)
    assert terms.annual_rate >= 0
    assert terms.term >= 1
    with exactly():
        basis = Basis(terms.principal, terms.annual_rate, terms.principal)
        regular = terms.installment or regular_payment(terms, basis, terms.periods)
        asked = [each for each in spread(terms, basis, terms.periods, regular) if each.principal or each.interest]
    return tuple(
        Line(number, each.period.due_on, each.principal, each.interest) for number, each in enumerate(asked, start=1)
    )


def spread(
    terms: ScheduleTerms, basis: Basis, periods: Sequence[Period], regular: Decimal, opening: Opening | None = None
) -> Iterator[Asked]:
    """Give what each period asks for, until nothing is owed; `regular` is what stays the same in each.

    An installment below its interest repays nothing: the whole interest is asked for. Wants `exactly()` around it.
    """
    balance = basis.balance
    interest_for, annual_rate = terms.counter.interest_for, basis.annual_rate
    is_annuity, is_flat = terms.method in ANNUITIES, terms.method is RepaymentMethod.FLAT_FEE
    first = opening or Opening(periods[0].starts_on, ZERO, ZERO, ZERO, ZERO)
    accrues_from, accrued, extra = first.accrues_from, first.accrued, first.extra
    least_principal, least_interest = first.paid_principal, first.paid_interest
    for period in periods:
        base = basis.flat_base if is_flat else balance
        within = accrued + interest_for(base, annual_rate, terms.ticks_from(accrues_from, period))
        interest = extra + within
        if period is periods[-1]:
            part = balance
        elif period.number <= terms.grace.periods or period.number in terms.asks_nothing:
            part = ZERO
            interest = ZERO if terms.defers(period) else interest
        else:
            part = _share(terms, regular, period) - (within if is_annuity else 0)
        part = min(max(part, least_principal), balance)
        interest = max(interest, least_interest)
        yield Asked(period, part, interest, accrues_from, accrued, extra, base)
        balance -= part
        accrues_from, accrued, extra = period.ends_on, ZERO, max(extra + within - interest, ZERO)
        least_principal = least_interest = ZERO
        if not balance and not extra:
            return


def regular_payment(
    terms: ScheduleTerms, basis: Basis, periods: Sequence[Period], opening: Opening | None = None
) -> Decimal:
    """Give what stays the same in each period after grace, rounded as agreed.

    For annuities the installment, which is worth the balance today at the interest of the periods as they really are:
    P·r·(1+r)^n / ((1+r)^n − 1) where all are alike, growing where it steps up. For parts of the principal the part; by
    hand, by what the parts are to be multiplied.
    """
    paying = [
        period for period in periods if period.number > terms.grace.periods and period.number not in terms.asks_nothing
    ] or periods[-1:]
    match terms.method:
        case RepaymentMethod.EQUAL_INSTALLMENT | RepaymentMethod.STEP_UP:
            worth, discount = _annuity(terms, basis.annual_rate, paying, opening)
            accrued = opening.accrued * discount if opening is not None and paying[0] is periods[0] else 0
            return _ROUNDED[terms.rounding]((basis.balance + accrued) / worth)
        case RepaymentMethod.EQUAL_PRINCIPAL | RepaymentMethod.FLAT_FEE:
            return _ROUNDED[terms.rounding](basis.balance / len(paying))
        case RepaymentMethod.IRREGULAR:
            return basis.balance / sum(terms.parts[period.number - 1].principal for period in periods)
        case RepaymentMethod.INTEREST_ONLY | RepaymentMethod.BULLET:
            return ZERO


def _annuity(
    terms: ScheduleTerms, annual_rate: Decimal, periods: Sequence[Period], opening: Opening | None
) -> tuple[Decimal, Decimal]:
    """Give what one a period (and what it grows to) is worth where the first begins, and the first one's discount."""
    worth, discount = Decimal(0), Decimal(1)
    year = terms.counter.ticks_a_year
    opened_on = periods[0].starts_on if opening is None else opening.accrues_from
    for period in reversed(periods):
        discount = year / (year + annual_rate * terms.ticks_from(opened_on, period))
        worth = discount * (_growth(terms, period) + worth)
    return worth, discount


def _growth(terms: ScheduleTerms, period: Period) -> Decimal:
    """Give what an installment of one has grown to, by its steps."""
    if not terms.steps.share:
        return _ONE
    return (1 + terms.steps.share) ** ((period.number - 1) // terms.steps.every)


def _share(terms: ScheduleTerms, regular: Decimal, period: Period) -> Decimal:
    """Give the installment of a period or, where the method shares the principal out, its part."""
    if terms.parts:
        return round_money(regular * terms.parts[period.number - 1].principal)
    if terms.steps.share:
        return _ROUNDED[terms.rounding](regular * _growth(terms, period))
    return regular
