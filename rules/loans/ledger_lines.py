"""One line of a loan: what it asks for, what was paid of it, what accrued."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from rules.loans.terms import LoanTerms, PenaltyTerms
from rules.money import ZERO
from rules.products.day_counts import DayCounter
from rules.products.due_dates import Period
from rules.products.kinds import DueComponent, PenaltyStart
from rules.products.schedules import Asked, Opening

NOTHING_PAID = dict.fromkeys(DueComponent, ZERO)


@dataclass
class PenaltyMeter:
    """Counts penalty interest on one line: rounded to the cent for each stretch in which as much was overdue."""

    terms: PenaltyTerms
    counter: DayCounter
    runs_from: date
    free_until: date
    """Who pays by this day pays none."""
    before: Decimal = ZERO
    """Of the stretches that are over."""

    @classmethod
    def started(cls, terms: PenaltyTerms, due_on: date) -> "PenaltyMeter":
        """Give the meter of a line due on a day."""
        free_until = due_on + timedelta(days=terms.grace_days)
        runs_from = due_on if terms.starts is PenaltyStart.DUE_DAY else free_until
        return cls(terms, terms.counter, runs_from, free_until)

    def read(self, overdue: Decimal, annual_rate: Decimal, on: date) -> Decimal:
        """Give the penalty until a day, if so much is overdue since the last stretch ended."""
        return self.before + self._stretch(overdue, annual_rate, on) if on > self.free_until else ZERO

    def end_stretch(self, overdue: Decimal, annual_rate: Decimal, on: date) -> None:
        """From this day on, something else is overdue, or at another rate."""
        self.before += self._stretch(overdue, annual_rate, on)
        self.runs_from = max(self.runs_from, on)

    def paid_up(self, on: date) -> None:
        """Nothing is overdue any more: within the days of grace, nothing was to be paid for it."""
        if on <= self.free_until:
            self.before = ZERO

    def _stretch(self, overdue: Decimal, annual_rate: Decimal, on: date) -> Decimal:
        if on <= self.runs_from or not overdue:
            return ZERO
        return self.counter.interest(overdue, annual_rate * self.terms.multiplier, self.runs_from, on)


@dataclass
class LedgerLine:
    """A line while the loan is replayed."""

    period: Period
    principal: Decimal
    interest: Decimal
    costs: Decimal
    annual_rate: Decimal
    base: Decimal
    """What bears interest from `accrues_from` on."""
    accrues_from: date
    accrued: Decimal
    """Interest of the stretches until then, a part of the installment."""
    extra: Decimal
    """Interest on top of the installment."""
    defers: bool
    """Its interest waits for the end of grace: it accrues although nothing is asked for."""
    meter: PenaltyMeter | None
    paid: dict[DueComponent, Decimal] = field(default_factory=NOTHING_PAID.copy)
    is_touched: bool = False
    """Something of it was paid."""
    paid_on: date | None = None
    """The day of its last payment."""
    waived: Decimal = ZERO
    """Penalty that is not asked for."""

    @classmethod
    def of(cls, asked: Asked, costs: Decimal, annual_rate: Decimal, terms: LoanTerms) -> "LedgerLine":
        """Give the line for what a period asks for."""
        return cls(
            period=asked.period,
            principal=asked.principal,
            interest=asked.interest,
            costs=costs,
            annual_rate=annual_rate,
            base=asked.base,
            accrues_from=asked.accrues_from,
            accrued=asked.accrued,
            extra=asked.extra,
            defers=terms.schedule.defers(asked.period),
            meter=PenaltyMeter.started(terms.penalty, asked.period.due_on) if terms.penalty is not None else None,
        )

    @property
    def opening(self) -> Opening:
        """What a schedule that is worked out again begins with."""
        paid = self.paid
        return Opening(
            self.accrues_from, self.accrued, self.extra, paid[DueComponent.PRINCIPAL], paid[DueComponent.INTEREST]
        )

    @property
    def is_empty(self) -> bool:
        """Nothing is asked for, and nothing was paid."""
        return not (self.principal or self.interest or self.costs or self.is_touched)

    @property
    def is_paid_ahead(self) -> bool:
        """All that was asked for is paid: later changes leave it alone."""
        if not self.is_touched or self.defers:
            return False
        return not any(self.left(each) for each in DueComponent if each is not DueComponent.PENALTY)

    def is_wholly_paid(self, annual_rate: Decimal, on: date) -> bool:
        """Say whether nothing of it is left to pay on a day, penalty until then included, and nothing paid in excess."""
        paid = self.paid
        if self.principal != paid[DueComponent.PRINCIPAL] or self.interest != paid[DueComponent.INTEREST]:
            return False
        return self.costs == paid[DueComponent.COSTS] and not self.owed(DueComponent.PENALTY, annual_rate, on)

    def left(self, component: DueComponent) -> Decimal:
        """Give what is not paid yet; penalty is read with a day (`owed`)."""
        if component is DueComponent.PRINCIPAL:
            return self.principal - self.paid[component]
        if component is DueComponent.INTEREST:
            return self.interest - self.paid[component]
        assert component is DueComponent.COSTS
        return self.costs - self.paid[component]

    def owed(self, component: DueComponent, annual_rate: Decimal, on: date) -> Decimal:
        """Give what is not paid yet on a day, were it due."""
        if component is not DueComponent.PENALTY:
            return self.left(component)
        return max(self.penalty(annual_rate, on) - self.paid[component], ZERO)

    def penalty(self, annual_rate: Decimal, on: date) -> Decimal:
        """Give all penalty interest until a day that is asked for."""
        if self.meter is None:
            return ZERO
        return max(self.meter.read(self._overdue, annual_rate, on) - self.waived, ZERO)

    @property
    def _overdue(self) -> Decimal:
        on_interest = self.meter is not None and self.meter.terms.on_interest
        return self.left(DueComponent.PRINCIPAL) + (self.left(DueComponent.INTEREST) if on_interest else ZERO)

    def pay(self, shares: dict[DueComponent, Decimal], annual_rate: Decimal, on: date) -> None:
        """Take a payment."""
        if self.meter is not None:
            self.meter.end_stretch(self._overdue, annual_rate, on)
        for component, amount in shares.items():
            self.paid[component] += amount
        self.is_touched, self.paid_on = True, on
        if self.meter is not None and not self._overdue:
            self.meter.paid_up(on)

    def waive(self, annual_rate: Decimal, on: date) -> None:
        """Ask for no more of the penalty until a day than was paid."""
        waived = self.owed(DueComponent.PENALTY, annual_rate, on)
        if waived:
            self.waived += waived
            self.paid_on = on

    def forgo(self, on: date) -> None:
        """Ask for no more interest and principal than was paid."""
        if self.meter is not None:
            self.meter.end_stretch(self._overdue, self.annual_rate, on)
        self.interest, self.principal = self.paid[DueComponent.INTEREST], self.paid[DueComponent.PRINCIPAL]
        self.is_touched, self.paid_on = True, on
        if self.meter is not None:
            self.meter.paid_up(on)

    def forgo_accrued(self) -> Decimal:
        """Ask for no more of the interest that accrued than was paid; gives how much is not asked for any more."""
        paid = self.paid[DueComponent.INTEREST]
        forgone = max(self.extra + self.accrued - paid, ZERO)
        if forgone:
            self.extra = min(self.extra, paid)
            self.accrued = paid - self.extra
        return forgone

    def change_rate(self, annual_rate: Decimal, on: date) -> None:
        """End the stretch in which penalty ran at the rate until now."""
        if self.meter is not None:
            self.meter.end_stretch(self._overdue, annual_rate, on)

    def interest_until(self, on: date, counter: DayCounter) -> Decimal:
        """Give the interest that accrued until a day, paid or not."""
        until = min(on, self.period.ends_on)
        if until <= self.accrues_from:
            return self.extra + self.accrued
        return self.extra + self.accrued + counter.interest(self.base, self.annual_rate, self.accrues_from, until)

    def accrue(self, on: date, counter: DayCounter) -> None:
        """Round what accrued until a day: from then on, something else bears interest."""
        until = min(on, self.period.ends_on)
        if until > self.accrues_from:
            self.accrued = self.interest_until(on, counter) - self.extra
            self.accrues_from = until

    def settle_accrued(self, on: date) -> Decimal:
        """Pay what accrued, outside the installment; gives how much of it was not paid yet."""
        before = self.paid[DueComponent.INTEREST]
        within = min(self.accrued, max(before - self.extra, ZERO))
        owed = max(self.extra + self.accrued - before, ZERO)
        self.extra, self.accrued = self.extra + self.accrued - within, within
        self.paid[DueComponent.INTEREST] += owed
        if owed:
            self.is_touched, self.paid_on = True, on
        return owed
