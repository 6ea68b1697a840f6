"""What a loan costs a year, every fee included.

Cash flows are the borrower's: first what he receives (positive), then what he pays (negative). Results are fractions
rounded half up to the millionth; a disclosure names which figure it shows.
"""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal, localcontext

from rules.money import round_rate

_PRECISION = 50
_CLOSE_ENOUGH = Decimal("1e-25")


def simple_annual_cost(flows: Sequence[Decimal], periods_a_year: int = 12) -> Decimal:
    """Give the periodic internal rate of return times the periods of a year.

    A flat fee of 0.5 % of the principal a month, for 12 months, costs 10.8964 %.
    """
    with localcontext() as context:
        context.prec = _PRECISION
        return round_rate(_periodic_rate(flows) * periods_a_year)


def compound_annual_cost(flows: Sequence[Decimal], periods_a_year: int = 12) -> Decimal:
    """Give (1 + periodic internal rate of return) ^ (periods of a year) − 1: 11.4574 % for the same flat fee."""
    with localcontext() as context:
        context.prec = _PRECISION
        return round_rate((1 + _periodic_rate(flows)) ** periods_a_year - 1)


def xirr(flows: Sequence[tuple[date, Decimal]]) -> Decimal:
    """Give the compound figure for irregular days, the first the earliest: each day is 1/365 of a year (ACT/365F)."""
    start = flows[0][0]
    with localcontext() as context:
        context.prec = _PRECISION
        daily_factor = _discount_factor([((day - start).days, amount) for day, amount in flows])
        return round_rate(daily_factor**-365 - 1)


def _periodic_rate(flows: Sequence[Decimal]) -> Decimal:
    return 1 / _discount_factor(list(enumerate(flows))) - 1


def _discount_factor(flows: Sequence[tuple[int, Decimal]]) -> Decimal:
    """Find v > 0 such that the flows, each times v^(its time), sum to zero.

    The sum falls ever faster as v grows, so there is one root, and Newton's steps from its right never pass it.
    """
    received = sum((amount for time, amount in flows if time == 0), Decimal(0))
    paid = [(time, -amount) for time, amount in flows if time != 0 and amount]
    assert received > 0, "nothing is received"
    assert paid, "nothing is paid back"
    assert all(time > 0 and amount > 0 for time, amount in paid), "money is received once, first"
    factor = Decimal(1)
    while sum(amount * factor**time for time, amount in paid) < received:
        factor *= 2
    while True:
        powers = [(time, amount * factor ** (time - 1)) for time, amount in paid]
        too_much = sum(term for _, term in powers) * factor - received
        step = too_much / sum(time * term for time, term in powers)
        factor -= step
        if abs(step) < _CLOSE_ENOUGH:
            return factor
