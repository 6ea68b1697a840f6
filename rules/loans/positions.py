"""Where a loan stands, and what can be read off it: what is due, what accrued, what settles it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from rules.books.accounts import AccountCode
from rules.loans.ledger_lines import LedgerLine
from rules.loans.terms import LoanTerms
from rules.money import ZERO, round_money
from rules.products.fees import fees_of_kind, prepayment_fee_rate
from rules.products.kinds import DueComponent, FeeKind, PayoffRule
from rules.products.schedules import Basis, regular_payment, spread


@dataclass(frozen=True)
class Booked:
    """What a part of an event's money went to: the five make the part; credit that is used is negative."""

    event: int | None
    """The number of the event; None where kept credit paid what fell due."""
    on: date
    line: int | None
    """The number of the line; None for what is repaid early, and for credit."""
    costs: Decimal = ZERO
    penalty: Decimal = ZERO
    interest: Decimal = ZERO
    principal: Decimal = ZERO
    credit: Decimal = ZERO

    @property
    def repays(self) -> bool:
        """Whether something was paid by it, and not only kept."""
        return any((self.costs, self.penalty, self.interest, self.principal))


@dataclass(frozen=True)
class Entry:
    """One balanced entry of the books: debits positive, credits negative."""

    on: date
    amounts: dict[AccountCode, Decimal]


@dataclass(frozen=True)
class Payoff:
    """What settles the whole loan on a day."""

    on: date
    costs: Decimal
    """Fees that are due and, where the terms ask for one, that of repaying early."""
    penalty: Decimal
    interest: Decimal
    """What is due and, of the period it falls in, what accrued or (by the terms) what the whole period asks for."""
    principal: Decimal
    credit: Decimal
    """What was kept for the customer; it is taken off."""

    @property
    def total(self) -> Decimal:
        return self.costs + self.penalty + self.interest + self.principal - self.credit


@dataclass(frozen=True)
class Due:
    """What is owed of the lines that are due on a day."""

    costs: Decimal
    penalty: Decimal
    interest: Decimal
    principal: Decimal

    @property
    def total(self) -> Decimal:
        return self.costs + self.penalty + self.interest + self.principal


class Position:
    """A loan on a day; everything that computes wants `exactly()` around it."""

    def __init__(self, terms: LoanTerms) -> None:
        self.schedule = schedule = terms.schedule
        """As it was agreed last."""
        self.terms = terms
        self.annual_rate = schedule.annual_rate
        self.lent = self.flat_base = schedule.principal
        self.prepaid = self.credit = ZERO
        self.waived_fees = ZERO
        """Fees that vouchers paid: nobody gets them back."""
        self.booked: list[Booked] = []
        self.entries: list[Entry] = []
        self.as_of = schedule.disbursed_on
        self.borrowed = terms.borrowed if terms.borrowed is not None else schedule.principal
        self._costs = fees_of_kind(terms.fees, FeeKind.PERIODIC, self.borrowed)
        basis = Basis(schedule.principal, schedule.annual_rate, schedule.principal)
        self.regular = schedule.installment or regular_payment(schedule, basis, schedule.periods)
        self.lines = [
            LedgerLine.of(asked, self._costs, self.annual_rate, terms)
            for asked in spread(schedule, basis, schedule.periods, self.regular)
        ]
        self._first_open = 0
        self.is_written_off = self.is_withdrawn = False

    @property
    def outstanding(self) -> Decimal:
        """Principal that is not repaid."""
        return self.lent - self.prepaid - sum((line.paid[DueComponent.PRINCIPAL] for line in self.lines), ZERO)

    @property
    def principal_account(self) -> AccountCode:
        """Where principal that is paid is booked to: once it is written off, it is a recovery."""
        return AccountCode.RECOVERY_INCOME if self.is_written_off else AccountCode.LOANS_RECEIVABLE

    def due(self, on: date) -> Due:
        """Give what is owed on a day of the lines due by then."""
        return self._owed([line for line in self.lines[self._first_open :] if line.period.due_on <= on], on)

    def due_and_next(self, on: date) -> list[LedgerLine]:
        """Give the lines that are due on a day and the first one to come that asks for something: what a voucher pays of."""
        lines = self.lines[self._first_open :]
        due = [line for line in lines if line.period.due_on <= on]
        parts = [each for each in DueComponent if each is not DueComponent.PENALTY]
        ahead = [line for line in lines[len(due) :] if any(line.left(each) for each in parts)]
        return due + ahead[:1]

    def payable_by_voucher(self, component: DueComponent, on: date) -> Decimal:
        """Give the most that a voucher can pay of a component on a day."""
        return sum((max(line.left(component), ZERO) for line in self.due_and_next(on)), ZERO)

    def accrued(self, on: date, until: date | None = None) -> Decimal:
        """Give the interest that accrued until a day (or another one of its period), and is neither due nor paid."""
        line = self.current(on)
        if line is None:
            return ZERO
        return max(
            line.interest_until(until or on, self.schedule.counter_of(line.period)) - line.paid[DueComponent.INTEREST],
            ZERO,
        )

    def payoff(self, on: date) -> Payoff:
        """Give what settles the loan on a day, not before the last event."""
        over, principal = self.over(on), self.ahead(on)
        fee = round_money(principal * self.fee_rate(on))
        return Payoff(
            on=on,
            costs=over.costs + fee,
            penalty=over.penalty,
            interest=over.interest + self.accrued(on, self.accrues_until(on)),
            principal=over.principal + principal,
            credit=self.credit,
        )

    def fees_charged(self) -> Decimal:
        """Give all fees that were kept back, financed or paid so far, but for those that vouchers paid."""
        fees = -sum((entry.amounts.get(AccountCode.FEE_INCOME, ZERO) for entry in self.entries), ZERO)
        return fees - self.waived_fees

    def withdrawal(self, on: date) -> Decimal:
        """Give what undoes the loan on a day: principal and interest until then, less the fees and the kept credit."""
        over = self.over(on)
        owed = over.penalty + over.interest + over.principal + self.accrued(on) + self.ahead(on)
        return owed - self.fees_charged() - self.credit

    def over(self, on: date) -> Due:
        """Give what is owed on a day of the lines whose period is over, due or not."""
        return self._owed([line for line in self.lines[self._first_open :] if line.period.is_over(on)], on)

    def ahead(self, on: date) -> Decimal:
        """Give the principal of the lines to come."""
        return sum((line.left(DueComponent.PRINCIPAL) for line in self.lines if not line.period.is_over(on)), ZERO)

    def penalty(self, on: date) -> Decimal:
        """Give all penalty interest until a day, paid or not."""
        return sum((line.penalty(self.annual_rate, on) for line in self.lines), ZERO)

    def _owed(self, lines: Sequence[LedgerLine], on: date) -> Due:
        owed = {
            each.name.lower(): sum((line.owed(each, self.annual_rate, on) for line in lines), ZERO)
            for each in DueComponent
        }
        return Due(**owed)

    def current(self, on: date) -> LedgerLine | None:
        """Give the first line to come that is not paid ahead: the one whose interest accrues."""
        index = self.first_to_spread(on)
        return self.lines[index] if index < len(self.lines) else None

    def first_to_spread(self, on: date) -> int:
        """Give the index of that line; beyond the last if there is none. What comes after it is untouched."""
        first = len(self.lines)
        for index in reversed(range(self._first_open, len(self.lines))):
            line = self.lines[index]
            if line.period.is_over(on) or line.is_paid_ahead:
                break
            first = index
            if line.is_touched:
                break
        return first

    def accrues_until(self, on: date) -> date:
        """Give the day until which a prepayment owes interest."""
        line = self.current(on)
        if self.terms.payoff is PayoffRule.TO_DATE or line is None or line.period.starts_on >= on:
            return on
        return line.period.ends_on

    def fee_rate(self, on: date) -> Decimal:
        """Give the share of what is repaid early that is asked for as a fee."""
        return prepayment_fee_rate(self.terms.fees, self.terms.schedule.disbursed_on, on)
