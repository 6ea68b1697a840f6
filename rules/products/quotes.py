"""Quotes: everything a loan would cost, before anybody applies for it."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from rules.errors import Refused
from rules.money import ZERO, Money, is_whole_cents
from rules.products.annual_cost import compound_annual_cost, simple_annual_cost
from rules.products.fees import FeeTerms, fee_amount
from rules.products.kinds import FeeKind, RepaymentMethod
from rules.products.schedules import Line, ScheduleTerms, make_schedule


@dataclass(eq=False)
class AmountNotWholeCents(Refused):
    """The amount has more than two decimals, or is not a number."""

    code = "AMOUNT_NOT_WHOLE_CENTS"
    path = ("amount",)


@dataclass(eq=False)
class AmountOutOfRange(Refused):
    """This product lends less or more than was asked for."""

    code = "AMOUNT_OUT_OF_RANGE"
    path = ("amount",)
    minimum: Money
    """The least it lends."""
    maximum: Money
    """The most it lends."""


@dataclass(eq=False)
class TermOutOfRange(Refused):
    """This product lends for less long or longer than was asked for."""

    code = "TERM_OUT_OF_RANGE"
    path = ("term",)
    minimum: int
    """Its shortest term, in months."""
    maximum: int
    """Its longest term, in months."""


@dataclass(frozen=True)
class Terms:
    """What a product lends, and what for."""

    method: RepaymentMethod
    annual_rate: Decimal
    currency: str
    min_amount: Decimal
    max_amount: Decimal
    min_term: int
    """In months, as `max_term`."""
    max_term: int
    fees: tuple[FeeTerms, ...]


@dataclass(frozen=True)
class Figures:
    """All that a loan of this amount and term costs."""

    amount: Decimal
    currency: str
    term: int
    """In months."""
    annual_rate: Decimal
    """Contract rate, without fees."""
    lines: tuple[Line, ...]
    fee_amounts: tuple[Decimal, ...]
    """In the order of the terms' fees."""
    total_interest: Decimal
    total_fees: Decimal
    total_cost: Decimal
    """Interest and fees."""
    annual_cost: Decimal
    """Simple: the periodic internal rate of return times twelve."""
    annual_cost_compound: Decimal
    """The same rate compounded over twelve months."""
    installment: Decimal
    """What the first line asks for."""


def quote(terms: Terms, amount: Decimal, term: int, today: date) -> Figures:
    """Work out what a loan paid out today would cost.

    Raises `AmountNotWholeCents`, `AmountOutOfRange` or `TermOutOfRange`. Fees are kept back from what is paid out, so
    that they raise the annual cost.
    """
    _check_limits(terms, amount, term)
    lines = make_schedule(ScheduleTerms(terms.method, amount, terms.annual_rate, term, today))
    assert all(fee.kind is FeeKind.UPFRONT for fee in terms.fees), "products have no other fees yet"
    fee_amounts = tuple(fee_amount(fee, amount) for fee in terms.fees)
    total_interest = sum((line.interest for line in lines), ZERO)
    total_fees = sum(fee_amounts, ZERO)
    flows = _monthly_flows(amount - total_fees, lines, term, today)
    return Figures(
        amount=amount,
        currency=terms.currency,
        term=term,
        annual_rate=terms.annual_rate,
        lines=lines,
        fee_amounts=fee_amounts,
        total_interest=total_interest,
        total_fees=total_fees,
        total_cost=total_interest + total_fees,
        annual_cost=simple_annual_cost(flows),
        annual_cost_compound=compound_annual_cost(flows),
        installment=lines[0].total,
    )


def _check_limits(terms: Terms, amount: Decimal, term: int) -> None:
    if not is_whole_cents(amount):
        raise AmountNotWholeCents
    if not terms.min_amount <= amount <= terms.max_amount or amount <= 0:
        raise AmountOutOfRange(Money(terms.min_amount, terms.currency), Money(terms.max_amount, terms.currency))
    if not terms.min_term <= term <= terms.max_term:
        raise TermOutOfRange(terms.min_term, terms.max_term)


def _monthly_flows(paid_out: Decimal, lines: tuple[Line, ...], term: int, today: date) -> list[Decimal]:
    """Put what is received and paid into its month, zero where nothing is due."""
    flows = [paid_out, *[ZERO] * term]
    for line in lines:
        month = (line.due_on.year - today.year) * 12 + line.due_on.month - today.month
        flows[month] -= line.total
    return flows
