"""The ledger of a loan: its terms and what happened, replayed (decision 19).

Interest of a line is that of its schedule, whenever it is paid: who pays early saves none (a prepayment does), who pays
late owes penalty interest instead. Where principal changes within a period, interest is rounded for each stretch.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from rules.books.accounts import AccountCode
from rules.loans.agreements import agreed
from rules.loans.events import (
    Event,
    LoanEventKind,
    NoLinesLeft,
    PaymentBeyondDue,
    PrepaymentEffect,
    PrepaymentTooLarge,
    PrepaymentTooSmall,
    RefundTooLarge,
    check_events,
    standing,
)
from rules.loans.ledger_lines import LedgerLine
from rules.loans.positions import Booked, Entry, Position
from rules.loans.terms import LoanTerms
from rules.money import CENT, ZERO, Money, exactly, round_money
from rules.products.fees import fees_of_kind
from rules.products.kinds import DueComponent, ExcessRule, FeeKind, RepaymentMethod
from rules.products.schedules import Basis, regular_payment, spread


class Ledger(Position):
    """A loan to which things happen; made by `replay`, and then only read."""

    def __init__(self, terms: LoanTerms) -> None:
        super().__init__(terms)
        self._pay_out()

    def _pay_out(self) -> None:
        financed = self.lent - self.borrowed
        upfront = fees_of_kind(self.terms.fees, FeeKind.UPFRONT, self.borrowed)
        amounts = {
            AccountCode.LOANS_RECEIVABLE: self.lent,
            AccountCode.CASH: upfront - self.borrowed,
            AccountCode.FEE_INCOME: -upfront - financed,
        }
        self.entries.append(Entry(self.as_of, amounts))

    def advance(self, on: date) -> None:
        """Let time pass: kept credit pays what falls due, each on its day."""
        for line in self.lines[self._first_open :]:
            if not self.credit or line.period.due_on > on:
                break
            self.as_of = max(self.as_of, line.period.due_on)
            before, kept = len(self.booked), self.credit
            self.credit = self._pay_lines(None, self.as_of, kept, ahead=False)
            if self.credit != kept:
                self.booked.append(Booked(None, self.as_of, None, credit=self.credit - kept))
                self._enter(self.as_of, ZERO, self.booked[before:])
        self.as_of = max(self.as_of, on)

    def happen(self, event: Event) -> None:
        """Book one event."""
        self.advance(event.on)
        _BOOKED_BY[event.kind](self, event)

    def _pay(self, event: Event) -> None:
        assert event.amount is not None
        if event.pays_only is not None:
            self._pay_by_voucher(event, event.pays_only)
            return
        if self.terms.excess is ExcessRule.REFUSED and not event.is_taken:
            due = self.due(event.on).total
            if event.amount > due:
                raise PaymentBeyondDue(event.number, Money(due, self.terms.currency))
        before = len(self.booked)
        ahead = self.terms.excess is ExcessRule.NEXT_INSTALLMENTS
        rest = self._pay_lines(event.number, event.on, event.amount, ahead=ahead)
        self.credit += rest
        if rest:
            self.booked.append(Booked(event.number, event.on, None, credit=rest))
        self._enter(event.on, event.amount, self.booked[before:])

    def _pay_by_voucher(self, event: Event, component: DueComponent) -> None:
        """Pay one component of the lines that are due and of the next one.

        What does not fit any more, as where an earlier payment was learned of later, pays what else is due.
        """
        assert event.amount is not None
        payable = self.payable_by_voucher(component, event.on)
        if event.amount > payable and not event.is_taken:
            raise PaymentBeyondDue(event.number, Money(payable, self.terms.currency))
        before, rest = len(self.booked), event.amount
        for line in self.due_and_next(event.on):
            share = min(rest, max(line.left(component), ZERO))
            rest -= share
            if share:
                self._book(event.number, event.on, line, {component: share})
                self.waived_fees += share if component is DueComponent.COSTS else ZERO
        self._skip_paid()
        rest = self._pay_lines(event.number, event.on, rest, ahead=False)
        self.credit += rest
        if rest:
            self.booked.append(Booked(event.number, event.on, None, credit=rest))
        self._enter(event.on, event.amount, self.booked[before:])

    def _pay_lines(self, event: int | None, on: date, amount: Decimal, *, ahead: bool) -> Decimal:
        """Pay lines, the oldest first, in each as the allocation order says; gives what is left."""
        rest = amount
        for line in self.lines[self._first_open :]:
            if not rest or (line.period.due_on > on and not ahead):
                break
            shares: dict[DueComponent, Decimal] = {}
            for component in self.terms.allocation_order:
                shares[component] = min(rest, line.owed(component, self.annual_rate, on))
                rest -= shares[component]
            if any(shares.values()):
                self._book(event, on, line, shares)
        self._skip_paid()
        return rest

    def _book(self, event: int | None, on: date, line: LedgerLine, shares: dict[DueComponent, Decimal]) -> None:
        line.pay(shares, self.annual_rate, on)
        amounts = {component.name.lower(): amount for component, amount in shares.items()}
        self.booked.append(Booked(event, on, line.period.number, **amounts))

    def _skip_paid(self) -> None:
        """Go past lines of which nothing can be owed any more."""
        while self._first_open < len(self.lines):
            line = self.lines[self._first_open]
            if not line.is_wholly_paid(self.annual_rate, self.as_of):
                break
            if not line.is_paid_ahead and not line.period.is_over(self.as_of):
                break
            self._first_open += 1

    def _receive_early(self, event: Event) -> None:
        if event.effect is PrepaymentEffect.WITHDRAW:
            self._withdraw(event)
        elif event.is_taken:
            self._prepay_what_fits(event)
        else:
            self._prepay(event)

    def _prepay(self, event: Event) -> None:
        assert event.amount is not None
        on, currency = event.on, self.terms.currency
        payoff, due, ahead = self.payoff(on).total, self.over(on).total, self.ahead(on)
        accrued = self.accrued(on, self.accrues_until(on))
        if event.amount > payoff:
            raise PrepaymentTooLarge(event.number, Money(max(payoff, ZERO), currency))
        early = event.amount + self.credit - due - accrued
        principal = ahead
        if event.amount < payoff:
            principal = min(round_money(early / (1 + self.fee_rate(on))), ahead - CENT)
            if principal <= 0:
                raise PrepaymentTooSmall(event.number, Money(max(due + accrued - self.credit, ZERO), currency))
        before = len(self.booked)
        if self.credit:
            self.booked.append(Booked(event.number, on, None, credit=-self.credit))
            self.credit = ZERO
        self._settle_over(event.number, on)
        if accrued or principal:
            self._repay_early(event, accrued, principal, fee=early - principal, until=self.accrues_until(on))
        self._enter(on, event.amount, self.booked[before:])

    def _prepay_what_fits(self, event: Event) -> None:
        """Book a prepayment that was received before something earlier was known: it repays what it still can."""
        assert event.amount is not None
        payoff = max(self.payoff(event.on).total, ZERO)
        if event.amount <= payoff:
            try:
                self._prepay(event)
            except PrepaymentTooSmall:
                self._pay(event)
            return
        if payoff:
            self._prepay(replace(event, amount=payoff))
        rest = event.amount - payoff
        self.credit += rest
        self.booked.append(Booked(event.number, event.on, None, credit=rest))
        self._enter(event.on, rest, self.booked[-1:])

    def _withdraw(self, event: Event) -> None:
        """Undo the loan. What was received and does not undo it any more pays what is due; what is too much is kept."""
        assert event.amount is not None
        on, wanted, back = event.on, self.withdrawal(event.on), self.fees_charged()
        if event.amount < wanted or (event.amount > wanted and not event.is_taken):
            if event.is_taken:
                self._pay(event)
                return
            refused = PrepaymentTooSmall if event.amount < wanted else PrepaymentTooLarge
            raise refused(event.number, Money(max(wanted, ZERO), self.terms.currency))
        before = len(self.booked)
        if back:
            self.entries.append(Entry(on, {AccountCode.FEE_INCOME: back, AccountCode.CUSTOMER_CREDIT: -back}))
        rest = event.amount - wanted
        if self.credit + back != rest:
            self.booked.append(Booked(event.number, on, None, credit=rest - self.credit - back))
        self.credit = rest
        for line in self.lines:
            line.costs = line.paid[DueComponent.COSTS]
        self._settle_over(event.number, on)
        accrued, principal = self.accrued(on), self.ahead(on)
        if accrued or principal:
            self._repay_early(event, accrued, principal, fee=ZERO, until=on)
        self.is_withdrawn = True
        self._enter(on, event.amount, self.booked[before:])

    def _settle_over(self, event: int, on: date) -> None:
        """Pay every line that is over, also where a holiday moved its day and it is not due yet."""
        for line in self.lines[self._first_open :]:
            if not line.period.is_over(on):
                break
            shares = {each: line.owed(each, self.annual_rate, on) for each in DueComponent}
            if any(shares.values()):
                self._book(event, on, line, shares)
        self._skip_paid()

    def _repay_early(self, event: Event, accrued: Decimal, principal: Decimal, *, fee: Decimal, until: date) -> None:
        line = self.current(event.on)
        assert line is not None
        line.accrue(until, self.schedule.counter_of(line.period))
        owed = line.settle_accrued(event.on)
        assert owed == accrued
        if owed:
            self.booked.append(Booked(event.number, event.on, line.period.number, interest=owed))
        if principal:
            self.prepaid += principal
            self.booked.append(Booked(event.number, event.on, None, costs=fee, principal=principal))
        index = self.first_to_spread(event.on)
        self._spread_again(event.on, -principal, keeps_regular=event.effect is PrepaymentEffect.REDUCE_TERM)
        if not self.ahead(event.on):
            # Settled: what a line that was paid in part would still have asked for is not owed.
            for settled in self.lines[index:]:
                settled.interest, settled.costs = settled.paid[DueComponent.INTEREST], settled.paid[DueComponent.COSTS]
                settled.paid_on = event.on

    def _lend(self, event: Event) -> None:
        assert event.amount is not None
        if self.current(event.on) is None or not self.outstanding:
            self._refuse(event)
        self._add_principal(event.on, event.amount)

    def _add_principal(self, on: date, amount: Decimal) -> None:
        """Let so much more be owed: with the lines to come, or where none is left, at once."""
        has_lines = self.current(on) is not None
        self.lent += amount
        if has_lines:
            self._spread_again(on, amount, keeps_regular=False)
        else:
            self._lend_on_last_line(on, amount)
        owed = AccountCode.WRITE_OFF_EXPENSE if self.is_written_off else AccountCode.LOANS_RECEIVABLE
        self.entries.append(Entry(on, {owed: amount, AccountCode.CASH: -amount}))

    def _lend_on_last_line(self, on: date, amount: Decimal) -> None:
        """Ask for what was lent with the last line: its due day has come, so it is due at once."""
        line = self.lines[-1]
        line.change_rate(self.annual_rate, on)
        line.principal += amount
        self._first_open = min(self._first_open, len(self.lines) - 1)

    def _change_rate(self, event: Event) -> None:
        assert event.annual_rate is not None
        for line in self.lines[self._first_open :]:
            if line.period.due_on >= event.on:
                break
            line.change_rate(self.annual_rate, event.on)
        self.annual_rate = event.annual_rate
        if self.current(event.on) is not None and self.outstanding:  # What is settled asks for nothing again.
            self._spread_again(event.on, ZERO, keeps_regular=False)

    def _agree(self, event: Event) -> None:
        """Change the schedule of the lines to come."""
        line = self.current(event.on)
        if line is None or not self.outstanding:
            self._refuse(event)
            return
        self.schedule = agreed(self.schedule, event, line.period.number)
        self._spread_again(event.on, ZERO, keeps_regular=False, more=event.periods or 0)

    def _refuse(self, event: Event) -> None:
        """Refuse a change for which no line is left, unless it was written down or its money has left."""
        if not event.is_taken:
            raise NoLinesLeft(event.number)

    def _capitalise(self, event: Event) -> None:
        """Make principal of the interest that is due or has accrued; what is overdue of the principal is spread anew."""
        on, line = event.on, self.current(event.on)
        if line is None or not self.outstanding:
            self._refuse(event)
            return
        interest = principal = ZERO
        for each in self.lines[self._first_open :]:
            if not each.period.is_over(on):
                break
            interest += each.left(DueComponent.INTEREST)
            principal += each.left(DueComponent.PRINCIPAL)
            each.forgo(on)
        line.accrue(on, self.schedule.counter_of(line.period))
        interest += line.forgo_accrued()
        self.lent += interest
        self._spread_again(on, principal + interest, keeps_regular=False)
        if interest:
            amounts = {AccountCode.LOANS_RECEIVABLE: interest, AccountCode.INTEREST_INCOME: -interest}
            self.entries.append(Entry(on, amounts))

    def _waive(self, event: Event) -> None:
        for line in self.lines[self._first_open :]:
            line.waive(self.annual_rate, event.on)
        self._skip_paid()

    def _write_off(self, event: Event) -> None:
        self.is_written_off = True
        owed = self.outstanding
        if owed:
            amounts = {AccountCode.WRITE_OFF_EXPENSE: owed, AccountCode.LOANS_RECEIVABLE: -owed}
            self.entries.append(Entry(event.on, amounts))

    def _refund(self, event: Event) -> None:
        """Send kept credit back. What was sent and is not there any more, as where a payment bounced since, is lent."""
        assert event.amount is not None
        kept = min(event.amount, self.credit)
        rest = event.amount - kept
        if rest and not event.is_taken:
            raise RefundTooLarge(event.number, Money(self.credit, self.terms.currency))
        if kept:
            self.credit -= kept
            self.booked.append(Booked(event.number, event.on, None, credit=-kept))
            self._enter(event.on, -kept, self.booked[-1:])
        if rest:
            self._add_principal(event.on, rest)

    def _spread_again(self, on: date, change: Decimal, *, keeps_regular: bool, more: int = 0) -> None:
        """Work the lines to come out again, as many as there are and so many more; those paid ahead stay as paid."""
        index = self.first_to_spread(on)
        old = self.lines[index:]
        first = old[0]
        first.accrue(on, self.schedule.counter_of(first.period))
        if change > 0 and on < first.accrues_from:
            # Its period is paid ahead: what is lent bears interest all the same.
            first.extra += self.schedule.counter_of(first.period).interest(
                change, self.annual_rate, on, first.accrues_from
            )
        before = sum((line.principal for line in old), ZERO)
        balance = before + change
        if self.terms.schedule.method is RepaymentMethod.FLAT_FEE:
            grows = change > 0 or not before
            self.flat_base = self.flat_base + change if grows else round_money(self.flat_base * balance / before)
        basis = Basis(balance, self.annual_rate, self.flat_base)
        schedule, last = self.schedule, old[-1].period.number + more
        periods = schedule.periods[first.period.number - 1 : last]
        if not keeps_regular:
            self.regular = regular_payment(schedule, basis, periods, first.opening)
        self.lines[index:] = [
            LedgerLine.of(asked, self._costs, self.annual_rate, self.terms)
            for asked in spread(schedule, basis, periods, self.regular, first.opening)
        ]
        again = self.lines[index]
        again.paid, again.is_touched, again.paid_on = first.paid, first.is_touched, first.paid_on

    def _enter(self, on: date, received: Decimal, parts: Sequence[Booked]) -> None:
        amounts = {
            AccountCode.CASH: received,
            self.principal_account: -sum((part.principal for part in parts), ZERO),
            AccountCode.INTEREST_INCOME: -sum((part.interest for part in parts), ZERO),
            AccountCode.PENALTY_INCOME: -sum((part.penalty for part in parts), ZERO),
            AccountCode.FEE_INCOME: -sum((part.costs for part in parts), ZERO),
            AccountCode.CUSTOMER_CREDIT: -sum((part.credit for part in parts), ZERO),
        }
        self.entries.append(Entry(on, {account: amount for account, amount in amounts.items() if amount}))


_BOOKED_BY = {
    LoanEventKind.PAYMENT: Ledger._pay,
    LoanEventKind.PREPAYMENT: Ledger._receive_early,
    LoanEventKind.TRANCHE: Ledger._lend,
    LoanEventKind.RATE_CHANGE: Ledger._change_rate,
    LoanEventKind.EXTENSION: Ledger._agree,
    LoanEventKind.HOLIDAY: Ledger._agree,
    LoanEventKind.DUE_DAY: Ledger._agree,
    LoanEventKind.CAPITALISATION: Ledger._capitalise,
    LoanEventKind.WAIVER: Ledger._waive,
    LoanEventKind.WRITE_OFF: Ledger._write_off,
    LoanEventKind.REFUND: Ledger._refund,
}
"""A reversal is not booked: what it undoes is left out."""


def replay(terms: LoanTerms, events: Sequence[Event], as_of: date) -> Ledger:
    """Give where a loan stands on a day, after what happened until then and was not reversed by then.

    Raises what `check_events` does, `FirstDueNotAllowed`, `PaymentBeyondDue`, `PrepaymentTooLarge`,
    `PrepaymentTooSmall`, `RefundTooLarge` and `NoLinesLeft`.
    """
    check_events(events, terms.schedule.disbursed_on)
    assert as_of >= terms.schedule.disbursed_on
    with exactly():
        ledger = Ledger(terms)
        for event in standing(events, as_of):
            ledger.happen(event)
        ledger.advance(as_of)
    return ledger
