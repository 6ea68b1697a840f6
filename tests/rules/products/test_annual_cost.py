from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.money import from_cents
from rules.products.annual_cost import compound_annual_cost, simple_annual_cost, xirr
from rules.products.kinds import RepaymentMethod
from rules.products.schedules import ScheduleTerms, make_schedule

START = date(2026, 1, 15)
FLAT_FEE = [Decimal(12000), *[Decimal(-1060)] * 12]
"""0.5 % of the original principal a month, for 12 months."""

COMPOUNDING = [RepaymentMethod.EQUAL_INSTALLMENT, RepaymentMethod.EQUAL_PRINCIPAL, RepaymentMethod.INTEREST_ONLY]
"""Methods whose interest is paid each month, on what is still owed."""

rates = st.integers(0, 500_000).map(lambda millionths: Decimal(millionths).scaleb(-6))


def test_a_flat_fee_costs_more_than_twice_what_it_seems():
    assert simple_annual_cost(FLAT_FEE) == Decimal("0.108964")
    assert compound_annual_cost(FLAT_FEE) == Decimal("0.114574")


@given(st.sampled_from(COMPOUNDING), rates, st.integers(1, 60))
def test_without_fees_the_simple_annual_cost_is_the_contract_rate(method, rate, term):
    principal = Decimal(1_000_000)
    lines = make_schedule(ScheduleTerms(method, principal, rate, term, START))
    flows = [principal, *[Decimal(0)] * term]
    for line in lines:
        flows[(line.due_on.year - START.year) * 12 + line.due_on.month - START.month] -= line.total
    assert abs(simple_annual_cost(flows) - rate) <= Decimal("0.000002")


@given(st.lists(st.integers(1, 10**7), min_size=1, max_size=60), st.integers(1, 10**8))
def test_the_rate_found_makes_the_flows_worth_nothing(payments, received):
    flows = [from_cents(received), *[-from_cents(paid) for paid in payments]]
    annual = simple_annual_cost(flows, periods_a_year=1)
    around = [annual - Decimal("0.000001"), annual + Decimal("0.000001")]
    if around[0] <= -1:
        return
    low, high = (sum(flow / (1 + rate) ** period for period, flow in enumerate(flows)) for rate in around)
    assert low <= 0 <= high


def test_nothing_paid_beyond_what_was_received_costs_nothing():
    assert simple_annual_cost([Decimal(300), Decimal(-100), Decimal(-100), Decimal(-100)]) == 0
    assert compound_annual_cost([Decimal(300), Decimal(-300)]) == 0


def test_paying_back_less_than_was_received_costs_less_than_nothing():
    assert simple_annual_cost([Decimal(100), Decimal(-50)], periods_a_year=1) == Decimal("-0.5")


def test_a_year_of_365_days_gives_its_rate():
    assert xirr([(START, Decimal(1000)), (START + timedelta(days=365), Decimal(-1100))]) == Decimal("0.1")


def test_irregular_days_count_by_365ths_of_a_year():
    # 5 % in 73 days, a fifth of a year: 1.05 ^ 5 − 1.
    assert xirr([(START, Decimal(1000)), (START + timedelta(days=73), Decimal(-1050))]) == Decimal("0.276282")


def test_the_example_of_spreadsheet_manuals_gives_their_figure():
    flows = [
        (date(2008, 1, 1), Decimal(10000)),
        (date(2008, 3, 1), Decimal(-2750)),
        (date(2008, 10, 30), Decimal(-4250)),
        (date(2009, 2, 15), Decimal(-3250)),
        (date(2009, 4, 1), Decimal(-2750)),
    ]
    assert xirr(flows) == Decimal("0.373363")


def test_a_fee_on_the_first_day_makes_what_is_received_less():
    year = timedelta(days=365)
    assert xirr([(START, Decimal(1000)), (START, Decimal(-100)), (START + year, Decimal(-990))]) == Decimal("0.1")


@pytest.mark.parametrize("flows", [[], ["0", "-1"], ["-1", "-1"], ["1"], ["1", "0"], ["1", "-1", "1"]])
def test_flows_that_are_no_loan_are_our_mistake(flows):
    with pytest.raises(AssertionError):
        simple_annual_cost([Decimal(flow) for flow in flows])
