"""Prepayments: what repaying early would come to, before anybody does it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from rules.errors import Refused
from rules.loans.events import LAST, Event, LoanEventKind, PrepaymentEffect, PrepaymentTooLarge, PrepaymentTooSmall
from rules.loans.ledger import Ledger, replay
from rules.loans.ledger_lines import LedgerLine
from rules.loans.repayments import Overpayment
from rules.loans.states import LoanStatus
from rules.loans.terms import LoanTerms
from rules.money import ZERO, Money, exactly
from rules.products.kinds import DueComponent


@dataclass(eq=False)
class BelowDue(Refused):
    """The amount does not even settle what is due and accrued today: nothing would be repaid early."""

    code = "BELOW_DUE"
    path = ("amount",)
    settled: Money
    """What has to be settled first; more than this repays early."""


@dataclass(eq=False)
class NothingToPrepay(Refused):
    """Nothing is owed that could be repaid early: the loan is not paid out, or settled."""

    code = "NOTHING_TO_PREPAY"


@dataclass(eq=False)
class NotWithdrawable(Refused):
    """The loan cannot be withdrawn from: it is not running, its cooling-off time is over, or its terms give none."""

    code = "NOT_WITHDRAWABLE"
    path = ("effect",)


@dataclass(eq=False)
class QuoteExpired(Refused):
    """The quote held for its day, and until anything else happened to the loan. Ask for another."""

    code = "QUOTE_EXPIRED"


@dataclass(frozen=True)
class PrepaymentFigures:
    """What a prepayment would come to: costs, penalty, interest and principal, less the credit used, are the amount."""

    amount: Decimal
    costs: Decimal
    """Fees that are due, and the one for repaying early."""
    penalty: Decimal
    interest: Decimal
    principal: Decimal
    credit: Decimal
    """Kept credit that is used along and, of a withdrawal, the fees that are given back."""
    saved_interest: Decimal
    """Interest that will not have to be paid."""
    installment: Decimal
    """What the next line asks for afterwards; zero once all is settled."""
    lines_left: int
    ends_on: date | None
    """The last due day afterwards; None once all is settled."""
    is_full: bool
    """It settles the loan."""


def check_withdrawable(status: LoanStatus, opened_on: date | None, cooling_off_days: int, today: date) -> None:
    """Let a loan pass that can be undone: its payout's day does not count. Raises `NotWithdrawable`."""
    if status is not LoanStatus.ACTIVE or not can_withdraw(opened_on, cooling_off_days, today):
        raise NotWithdrawable


def can_withdraw(opened_on: date | None, cooling_off_days: int, today: date) -> bool:
    """Say whether a loan is so young that it can be undone: its payout's day does not count."""
    if opened_on is None or not cooling_off_days:
        return False
    return today <= opened_on + timedelta(days=cooling_off_days)


def quote_prepayment(
    terms: LoanTerms, events: Sequence[Event], on: date, amount: Decimal | None, effect: PrepaymentEffect
) -> PrepaymentFigures:
    """Reckon a prepayment of an amount on a day, None for all that settles or, of a withdrawal, undoes the loan.

    Raises `NothingToPrepay`, `Overpayment` where the amount is more than settles the loan, `BelowDue`.
    """
    before = replay(terms, events, on)
    with exactly():
        withdraws = effect is PrepaymentEffect.WITHDRAW
        payoff = before.withdrawal(on) if withdraws else before.payoff(on).total
    if payoff <= 0:
        raise NothingToPrepay
    total = payoff if amount is None else amount
    event = Event(LAST, on, LoanEventKind.PREPAYMENT, amount=total, effect=effect)
    try:
        after = replay(terms, [*events, event], on)
    except PrepaymentTooLarge as refused:
        raise Overpayment(refused.maximum) from None
    except PrepaymentTooSmall as refused:
        raise BelowDue(refused.settled) from None
    with exactly():
        return _figures(before, after, on, total)


def _figures(before: Ledger, after: Ledger, on: date, amount: Decimal) -> PrepaymentFigures:
    parts = [part for part in after.booked if part.event == LAST]
    interest = sum((part.interest for part in parts), ZERO)
    left = [line for line in after.lines if not line.is_wholly_paid(after.annual_rate, on)]
    return PrepaymentFigures(
        amount=amount,
        costs=sum((part.costs for part in parts), ZERO),
        penalty=sum((part.penalty for part in parts), ZERO),
        interest=interest,
        principal=sum((part.principal for part in parts), ZERO),
        credit=-sum((part.credit for part in parts), ZERO),
        saved_interest=_interest_left(before) - interest - _interest_left(after),
        installment=_asked(left[0]) if left else ZERO,
        lines_left=len(left),
        ends_on=left[-1].period.due_on if left else None,
        is_full=not left,
    )


def _asked(line: LedgerLine) -> Decimal:
    return line.principal + line.interest + line.costs - sum(line.paid.values()) + line.paid[DueComponent.PENALTY]


def _interest_left(ledger: Ledger) -> Decimal:
    return sum((line.left(DueComponent.INTEREST) for line in ledger.lines), ZERO)
