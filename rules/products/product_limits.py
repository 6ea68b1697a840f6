"""Limits of a product under which rounding does no harm."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from rules.errors import Refused
from rules.money import CENT, LARGEST, ZERO, Money, exactly, round_money_up
from rules.products.kinds import RepaymentMethod
from rules.products.schedules import Line

_HALF_CENT = CENT / 2
_REPAID_LAST = frozenset({RepaymentMethod.INTEREST_ONLY, RepaymentMethod.BULLET, RepaymentMethod.IRREGULAR})
"""Methods whose last line is meant to differ."""


@dataclass(eq=False)
class ProductUnsound(Refused):
    """Rounding could make the last installment more than twice the others: lend more at least, or for less long."""

    code = "PRODUCT_UNSOUND"
    path = ("minAmount",)
    term: int
    """The shortest term that is not safe, in months."""
    minimum: Money
    """The least amount that is safe at this term."""


def last_line_bound(annual_rate: Decimal, term: int) -> Decimal:
    """Bound |last line − installment| of equal installments: 0.01 × ((1+r)^n − 1) / r, n cents at 0 %.

    Each month rounds the installment and the interest by at most half a cent, and what is misplaced bears interest.
    """
    with exactly():
        return CENT * _grown(annual_rate / 12, term)


def is_schedule_sane(method: RepaymentMethod, lines: Sequence[Line]) -> bool:
    """Say whether the last line is at most twice the largest other; where it repays everything, it may be more."""
    return method in _REPAID_LAST or lines[-1].total <= 2 * max(line.total for line in lines[:-1] or lines)


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
    """Let limits pass under which no monthly schedule ends in a line above twice the installment.

    Raises `ProductUnsound` unless the bound on rounding proves it for the least amount, which is the worst. It cannot
    prove it for amounts a little above those that really fail, and refuses these too.
    """
    assert method not in (RepaymentMethod.STEP_UP, RepaymentMethod.IRREGULAR), (
        "products have no terms for steps and parts"
    )
    assert ZERO < min_amount <= max_amount
    assert 1 <= min_term <= max_term
    for term in range(min_term, max_term + 1):
        minimum = _least_safe_amount(method, annual_rate, term)
        if min_amount < minimum:
            raise ProductUnsound(term, Money(minimum, currency))


def _least_safe_amount(method: RepaymentMethod, annual_rate: Decimal, term: int) -> Decimal:
    """Give an amount from which on the regular payment is at least what rounding can add to the last one."""
    if term == 1 or method in _REPAID_LAST:
        return CENT
    with exactly():
        if method is not RepaymentMethod.EQUAL_INSTALLMENT or not annual_rate:
            # No interest on what is misplaced: half a cent a month, and the payment itself rounded down by as much.
            minimum = (_HALF_CENT * term + _HALF_CENT) * term
        else:
            monthly_rate = annual_rate / 12
            annuity = _grown(monthly_rate, term) / (1 + monthly_rate) ** term
            minimum = (last_line_bound(annual_rate, term) + _HALF_CENT) * annuity
        return round_money_up(min(minimum, LARGEST))


def _grown(monthly_rate: Decimal, term: int) -> Decimal:
    """Give what one a month for `term` months grows to: ((1+r)^n − 1) / r, at 0 % the term."""
    return ((1 + monthly_rate) ** term - 1) / monthly_rate if monthly_rate else Decimal(term)
