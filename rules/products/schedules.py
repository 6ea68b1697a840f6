"""Schedules: what is due when. Monthly, months counted as twelfths of a year."""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, localcontext

from rules.errors import Refused
from rules.money import CENT, LARGEST, ZERO, Money, is_whole_cents, round_money, round_money_up
from rules.products.kinds import RepaymentMethod

_HALF_CENT = CENT / 2
_PRECISION = 50
"""Digits carried: enough that no rate of six decimals over any term loses a cent, whatever the caller's context."""


@dataclass(eq=False)
class ProductUnsound(Refused):
    """Rounding could make the last installment more than twice the others: lend more at least, or for less long."""

    code = "PRODUCT_UNSOUND"
    path = ("minAmount",)
    term: int
    """The shortest term that is not safe, in months."""
    minimum: Money
    """The least amount that is safe at this term."""


@dataclass(frozen=True)
class Line:
    """What is due on one day."""

    number: int
    """From 1."""
    due_on: date
    principal: Decimal
    interest: Decimal

    @property
    def total(self) -> Decimal:
        return self.principal + self.interest


def add_months(start: date, months: int) -> date:
    """Give the same day some months later, or the month's last: 31 January, 28 February, 31 March.

    Count from the original day, never from a clamped one.
    """
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    return date(year, month + 1, min(start.day, monthrange(year, month + 1)[1]))


def make_schedule(
    method: RepaymentMethod, principal: Decimal, annual_rate: Decimal, term: int, starts_on: date
) -> tuple[Line, ...]:
    """Spread a principal and its interest over `term` months, the first due a month after `starts_on`.

    Interest is rounded to the cent each month; the last line absorbs what rounding left. Principal parts sum to the
    principal, none is negative. A month in which nothing is due has no line (interest only at 0 %), and where rounding
    repays early the schedule ends there. Equal installments are P·r·(1+r)^n / ((1+r)^n − 1), the annuity formula.
    """
    assert principal > 0
    assert is_whole_cents(principal)
    assert annual_rate >= 0
    assert term >= 1
    with localcontext() as context:
        context.prec = _PRECISION
        months = list(_months(method, principal, annual_rate / 12, term))
    due = [(month, *parts) for month, parts in enumerate(months, start=1) if any(parts)]
    return tuple(
        Line(number, add_months(starts_on, month), part, interest)
        for number, (month, part, interest) in enumerate(due, start=1)
    )


def _months(
    method: RepaymentMethod, principal: Decimal, monthly_rate: Decimal, term: int
) -> Iterator[tuple[Decimal, Decimal]]:
    """Give principal and interest of each month, until nothing is owed."""
    regular = _regular_payment(method, principal, monthly_rate, term)
    balance = principal
    for month in range(1, term + 1):
        interest = round_money(balance * monthly_rate)
        part = regular - interest if method is RepaymentMethod.EQUAL_INSTALLMENT else regular
        if month == term or part > balance:
            part = balance
        assert part >= 0
        yield part, interest
        balance -= part
        if not balance:
            return


def _regular_payment(method: RepaymentMethod, principal: Decimal, monthly_rate: Decimal, term: int) -> Decimal:
    """Give what stays the same each month: the installment, or the part of the principal."""
    match method:
        case RepaymentMethod.EQUAL_INSTALLMENT:
            return round_money(principal / _annuity(monthly_rate, term))
        case RepaymentMethod.EQUAL_PRINCIPAL:
            return round_money(principal / term)
        case RepaymentMethod.INTEREST_ONLY:
            return ZERO


def _annuity(monthly_rate: Decimal, term: int) -> Decimal:
    """Give what one a month for `term` months is worth today: ((1+r)^n − 1) / (r·(1+r)^n), at 0 % the term."""
    return _growth(monthly_rate, term) / (1 + monthly_rate) ** term


def _growth(monthly_rate: Decimal, term: int) -> Decimal:
    """Give what one a month for `term` months grows to: ((1+r)^n − 1) / r, at 0 % the term."""
    return ((1 + monthly_rate) ** term - 1) / monthly_rate if monthly_rate else Decimal(term)


def last_line_bound(annual_rate: Decimal, term: int) -> Decimal:
    """Bound |last line − installment| of equal installments: 0.01 × ((1+r)^n − 1) / r, n cents at 0 %.

    Each month rounds the installment and the interest by at most half a cent, and what is misplaced bears interest.
    """
    with localcontext() as context:
        context.prec = _PRECISION
        return CENT * _growth(annual_rate / 12, term)


def is_schedule_sane(method: RepaymentMethod, lines: tuple[Line, ...]) -> bool:
    """Say whether the last line is at most twice the first; with interest only it repays everything, as it should."""
    return method is RepaymentMethod.INTEREST_ONLY or lines[-1].total <= 2 * lines[0].total


def check_product_limits(
    *,
    method: RepaymentMethod,
    annual_rate: Decimal,
    currency: str,
    min_amount: Decimal,
    max_amount: Decimal,
    min_term: int,
    max_term: int,
) -> None:
    """Let limits pass under which no schedule ends in a line above twice the installment.

    Raises `ProductUnsound` unless the bound on rounding proves it for the least amount, which is the worst. It cannot
    prove it for amounts a little above those that really fail, and refuses these too.
    """
    assert ZERO < min_amount <= max_amount
    assert 1 <= min_term <= max_term
    for term in range(min_term, max_term + 1):
        minimum = _least_safe_amount(method, annual_rate, term)
        if min_amount < minimum:
            raise ProductUnsound(term, Money(minimum, currency))


def _least_safe_amount(method: RepaymentMethod, annual_rate: Decimal, term: int) -> Decimal:
    """Give an amount from which on the regular payment is at least what rounding can add to the last one."""
    if term == 1 or method is RepaymentMethod.INTEREST_ONLY:
        return CENT
    with localcontext() as context:
        context.prec = _PRECISION
        if method is RepaymentMethod.EQUAL_PRINCIPAL or not annual_rate:
            # No interest on what is misplaced: half a cent a month, and the payment itself rounded down by as much.
            minimum = (_HALF_CENT * term + _HALF_CENT) * term
        else:
            minimum = (last_line_bound(annual_rate, term) + _HALF_CENT) * _annuity(annual_rate / 12, term)
        return round_money_up(min(minimum, LARGEST))
