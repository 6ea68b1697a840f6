from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.loans.terms import LoanTerms
from rules.money import Money, from_cents
from rules.products.fees import FeeTerms
from rules.products.kinds import FeeKind, RepaymentMethod
from rules.products.quotes import (
    AmountNotWholeCents,
    AmountOutOfRange,
    Figures,
    Limits,
    TermOutOfRange,
    check_limits,
    figures_of,
)
from rules.products.schedules import Line, ScheduleTerms, make_schedule

TODAY = date(2026, 3, 16)
OFFERED = [method for method in RepaymentMethod if method is not RepaymentMethod.IRREGULAR]


@dataclass(frozen=True)
class Offer:
    """What a product lends, and what for."""

    method: RepaymentMethod
    annual_rate: Decimal
    currency: str
    min_amount: Decimal
    max_amount: Decimal
    min_term: int
    max_term: int
    fees: tuple[FeeTerms, ...]


def quote(offer: Offer, amount: Decimal, term: int, today: date) -> Figures:
    limits = Limits(offer.currency, offer.min_amount, offer.max_amount, offer.min_term, offer.max_term)
    check_limits(limits, amount, term)
    schedule = ScheduleTerms(offer.method, amount, offer.annual_rate, term, today)
    return figures_of(LoanTerms(schedule, offer.currency, offer.fees, borrowed=amount))


EASY = Offer(
    method=RepaymentMethod.EQUAL_INSTALLMENT,
    annual_rate=Decimal("0.0435"),
    currency="CNY",
    min_amount=Decimal("1000.00"),
    max_amount=Decimal("200000.00"),
    min_term=3,
    max_term=36,
    fees=(FeeTerms(FeeKind.UPFRONT, Decimal("0.01")),),
)


def test_a_quote_names_every_cost():
    figures = quote(EASY, Decimal(120000), 12, TODAY)
    asked = [Line(line.number, line.due_on, line.principal, line.interest) for line in figures.lines]
    assert asked == list(make_schedule(ScheduleTerms(EASY.method, Decimal(120000), EASY.annual_rate, 12, TODAY)))
    assert figures.installment == Decimal("10237.19")
    assert figures.total_interest == Decimal("2846.26")
    assert figures.fee_amounts == (Decimal("1200.00"),)
    assert figures.total_fees == Decimal("1200.00")
    assert figures.total_cost == Decimal("4046.26")
    assert (figures.amount, figures.currency, figures.term) == (Decimal(120000), "CNY", 12)


def test_without_fees_the_annual_cost_is_the_contract_rate():
    figures = quote(replace(EASY, fees=()), Decimal(120000), 12, TODAY)
    assert figures.annual_cost == Decimal("0.043500")
    assert figures.annual_cost_compound == Decimal("0.044378")
    assert figures.total_fees == 0


def test_a_fee_raises_the_annual_cost():
    figures = quote(EASY, Decimal(120000), 12, TODAY)
    assert EASY.annual_rate < figures.annual_cost < figures.annual_cost_compound


def test_a_year_with_one_payment_at_the_end_costs_fee_and_nothing_else():
    terms = replace(EASY, method=RepaymentMethod.INTEREST_ONLY, annual_rate=Decimal(0))
    figures = quote(terms, Decimal(1000), 12, TODAY)
    assert len(figures.lines) == 1
    # 990 received, 1000 paid a year later.
    assert figures.annual_cost_compound == Decimal("0.010101")


@pytest.mark.parametrize("amount", ["1000", "200000", "1000.00", "1000.000"])
def test_the_limits_themselves_are_lent(amount):
    assert quote(EASY, Decimal(amount), 12, TODAY).amount == Decimal(amount)


@pytest.mark.parametrize("amount", ["0", "-0", "-1000", "999.99", "200000.01", "1E+18", "9" * 31])
def test_an_amount_outside_the_product_is_refused_with_its_limits(amount):
    with pytest.raises(AmountOutOfRange) as refused:
        quote(EASY, Decimal(amount), 12, TODAY)
    assert refused.value.minimum == Money(Decimal("1000.00"), "CNY")
    assert refused.value.maximum == Money(Decimal("200000.00"), "CNY")


@pytest.mark.parametrize("amount", ["1000.001", "NaN", "sNaN", "Infinity", "-Infinity", "1E-9"])
def test_an_amount_that_is_no_sum_of_cents_is_refused(amount):
    with pytest.raises(AmountNotWholeCents):
        quote(EASY, Decimal(amount), 12, TODAY)


@pytest.mark.parametrize("term", [-1, 0, 2, 37, 10**9])
def test_a_term_outside_the_product_is_refused_with_its_limits(term):
    with pytest.raises(TermOutOfRange) as refused:
        quote(EASY, Decimal(120000), term, TODAY)
    assert (refused.value.minimum, refused.value.maximum) == (3, 36)


@given(st.integers(100_000, 20_000_000).map(from_cents), st.integers(3, 36), st.sampled_from(OFFERED))
def test_what_is_paid_is_the_amount_and_the_interest(amount, term, method):
    figures = quote(replace(EASY, method=method), amount, term, TODAY)
    assert sum(line.total for line in figures.lines) == amount + figures.total_interest
    assert figures.total_cost == figures.total_interest + sum(figures.fee_amounts)
