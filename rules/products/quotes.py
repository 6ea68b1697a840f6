"""Quotes: everything a loan would cost, before anybody applies for it."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from rules.errors import Refused
from rules.loans.ledger import replay
from rules.loans.schedule_previews import annual_costs
from rules.loans.terms import LoanTerms
from rules.loyalty.fee_waivers import Waiver
from rules.loyalty.rate_discounts import Applied
from rules.money import LARGEST, ZERO, Money, exactly, is_whole_cents
from rules.products.fees import FeesTooHigh, FeeTerms, fee_amount, fees_of_kind, waived_amount
from rules.products.kinds import FeeKind


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


def check_stated(amount: Money) -> None:
    """Let an amount be kept that somebody states: nothing or more, in whole cents.

    Raises `AmountOutOfRange`, `AmountNotWholeCents`.
    """
    if not is_whole_cents(amount.amount):
        raise AmountNotWholeCents
    if not 0 <= amount.amount <= LARGEST:
        raise AmountOutOfRange(Money(ZERO, amount.currency), Money(LARGEST, amount.currency))


@dataclass(eq=False)
class TermOutOfRange(Refused):
    """This product lends for less long or longer than was asked for."""

    code = "TERM_OUT_OF_RANGE"
    path = ("term",)
    minimum: int
    """Its shortest term, in periods."""
    maximum: int
    """Its longest term, in periods."""


@dataclass(eq=False)
class DueDayFixed(Refused):
    """This product does not let its customers choose the day on which installments are due."""

    code = "DUE_DAY_FIXED"
    path = ("dueDay",)


@dataclass(eq=False)
class CostTooHigh(Refused):
    """This loan would cost more a year than the product allows, every fee included. Ask for more, or for longer."""

    code = "COST_TOO_HIGH"
    annual_cost: Decimal
    """What it would cost a year, simple."""
    maximum: Decimal
    """What the product allows."""


@dataclass(frozen=True)
class Limits:
    """What a product lends, and for how long."""

    currency: str
    min_amount: Decimal
    max_amount: Decimal
    min_term: int
    """In periods, as `max_term`."""
    max_term: int


@dataclass(frozen=True)
class QuotedLine:
    """What one line asks for."""

    number: int
    """From 1; counts the periods."""
    due_on: date
    principal: Decimal
    interest: Decimal
    costs: Decimal

    @property
    def total(self) -> Decimal:
        return self.principal + self.interest + self.costs


@dataclass(frozen=True)
class Figures:
    """All that a loan of this amount and term costs."""

    amount: Decimal
    received: Decimal
    """What reaches the customer."""
    currency: str
    term: int
    """In periods."""
    annual_rate: Decimal
    """Contract rate, without fees."""
    lines: tuple[QuotedLine, ...]
    fee_amounts: tuple[Decimal, ...]
    """In the order of the terms' fees, less what is waived."""
    waived_amounts: tuple[Decimal, ...]
    """What is waived of each, in the same order."""
    total_interest: Decimal
    total_fees: Decimal
    total_cost: Decimal
    """Interest and fees."""
    annual_cost: Decimal
    """Simple: the periodic internal rate of return times the periods a year."""
    annual_cost_compound: Decimal
    """The same rate compounded over a year."""
    installment: Decimal
    """What the first line asks for."""
    discount: Applied | None = None
    """What came off the product's rate."""
    waiver: Waiver | None = None
    """What waives fees; None where none are waived."""

    @property
    def discount_bp(self) -> int:
        """What came off the product's rate, in basis points."""
        return 0 if self.discount is None else self.discount.bp

    @property
    def fee_waiver_percent(self) -> int:
        """How much of the fees is waived."""
        return 0 if self.waiver is None else self.waiver.percent

    @property
    def fees_waived(self) -> Decimal:
        """What is waived of all fees together."""
        return sum(self.waived_amounts, ZERO)


def check_limits(limits: Limits, amount: Decimal, term: int) -> None:
    """Let an amount and a term pass that are lent. Raises `AmountNotWholeCents`, `AmountOutOfRange`, `TermOutOfRange`."""
    if not is_whole_cents(amount):
        raise AmountNotWholeCents
    if not limits.min_amount <= amount <= limits.max_amount or amount <= 0:
        raise AmountOutOfRange(Money(limits.min_amount, limits.currency), Money(limits.max_amount, limits.currency))
    if not limits.min_term <= term <= limits.max_term:
        raise TermOutOfRange(limits.min_term, limits.max_term)


def check_cost(figures: Figures, max_annual_cost: Decimal | None) -> None:
    """Let a loan pass that costs no more a year than its product allows. Raises `CostTooHigh`."""
    if max_annual_cost is not None and figures.annual_cost > max_annual_cost:
        raise CostTooHigh(figures.annual_cost, max_annual_cost)


def figures_of(terms: LoanTerms) -> Figures:
    """Work out what a loan on these terms costs: fees kept back, financed or asked for with each line raise the cost.

    A fee for repaying early is none of it. Raises `FeesTooHigh`, and what `rules.loans.ledger.replay` does.
    """
    signed = replay(terms, (), terms.schedule.disbursed_on)
    amount = signed.borrowed
    lines = tuple(
        QuotedLine(line.period.number, line.period.due_on, line.principal, line.interest, line.costs)
        for line in signed.lines
        if not line.is_empty
    )
    with exactly():
        fee_amounts = tuple(_fee(fee, amount, len(lines)) for fee in terms.fees)
        waived_amounts = tuple(waived_amount(fee, amount) for fee in terms.fees)
        upfront = fees_of_kind(terms.fees, FeeKind.UPFRONT, amount)
        total_interest = sum((line.interest for line in lines), ZERO)
        total_fees = sum(fee_amounts, ZERO)
    if upfront >= amount:
        raise FeesTooHigh(Money(upfront, terms.currency))
    simple, compound = annual_costs(signed, amount - upfront)
    return Figures(
        amount=amount,
        received=amount - upfront,
        currency=terms.currency,
        term=terms.schedule.term,
        annual_rate=terms.schedule.annual_rate,
        lines=lines,
        fee_amounts=fee_amounts,
        waived_amounts=waived_amounts,
        total_interest=total_interest,
        total_fees=total_fees,
        total_cost=total_interest + total_fees,
        annual_cost=simple,
        annual_cost_compound=compound,
        installment=lines[0].total,
    )


def _fee(fee: FeeTerms, amount: Decimal, lines: int) -> Decimal:
    match fee.kind:
        case FeeKind.PREPAYMENT:
            return ZERO
        case FeeKind.PERIODIC:
            return fee_amount(fee, amount) * lines
        case FeeKind.UPFRONT | FeeKind.FINANCED:
            return fee_amount(fee, amount)
