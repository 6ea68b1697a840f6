from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal, localcontext

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.money import CENT, LARGEST, ZERO, from_cents, is_whole_cents
from rules.products.due_dates import add_months
from rules.products.kinds import RepaymentMethod, Rounding
from rules.products.product_limits import is_schedule_sane, last_line_bound
from rules.products.schedules import FirstDueNotAllowed, Grace, Line, ScheduleTerms, make_schedule
from tests.rules.loans.lives import schedule_terms

EQUAL_INSTALLMENT, EQUAL_PRINCIPAL, INTEREST_ONLY, BULLET, FLAT_FEE, STEP_UP, IRREGULAR = RepaymentMethod
START = date(2026, 1, 15)

amounts = st.integers(1, 10**9).map(from_cents)
rates = st.integers(0, 500_000).map(lambda millionths: Decimal(millionths).scaleb(-6))
terms = st.integers(1, 120)
BY_RULE = [method for method in RepaymentMethod if method is not IRREGULAR]
methods = st.sampled_from(BY_RULE)
days = st.dates(date(2000, 1, 1), date(2090, 12, 31))


def schedule(method, principal, rate, term, starts_on=START):
    return make_schedule(ScheduleTerms(method, Decimal(principal), Decimal(rate), term, starts_on))


def interest_of(lines):
    return sum(line.interest for line in lines)


# The golden figures.


def test_equal_installments_of_120000_at_4_35_percent():
    lines = schedule(EQUAL_INSTALLMENT, "120000", "0.0435", 12)
    assert [line.total for line in lines] == [Decimal("10237.19")] * 11 + [Decimal("10237.17")]
    assert interest_of(lines) == Decimal("2846.26")


def test_equal_principal_of_120000_at_4_35_percent():
    lines = schedule(EQUAL_PRINCIPAL, "120000", "0.0435", 12)
    assert lines[0].total == Decimal("10435.00")
    assert lines[-1].total == Decimal("10036.25")
    assert {line.principal for line in lines} == {Decimal("10000.00")}
    assert interest_of(lines) == Decimal("2827.50")


def test_interest_only_of_120000_at_4_35_percent():
    lines = schedule(INTEREST_ONLY, "120000", "0.0435", 12)
    assert [line.total for line in lines] == [Decimal("435.00")] * 11 + [Decimal("120435.00")]
    assert interest_of(lines) == Decimal("5220.00")


def test_three_equal_installments_of_1000_at_14_5_percent():
    assert [line.total for line in schedule(EQUAL_INSTALLMENT, "1000", "0.145", 3)] == [Decimal("341.42")] * 3


def test_rounding_over_360_months_may_double_the_last_line():
    lines = schedule(EQUAL_INSTALLMENT, "1250", "0.24", 360)
    assert lines[0].total == Decimal("25.02")
    assert lines[-1].total == Decimal("55.74")
    assert not is_schedule_sane(EQUAL_INSTALLMENT, lines)


# What must always hold.


@given(methods, amounts, rates, terms, days)
def test_a_schedule_repays_its_principal_and_the_balance_is_never_negative(method, principal, rate, term, starts_on):
    lines = make_schedule(ScheduleTerms(method, principal, rate, term, starts_on))
    balance = principal
    for number, line in enumerate(lines, start=1):
        assert line.number == number
        assert line.principal >= 0
        assert line.interest >= 0
        assert line.total > 0
        assert is_whole_cents(line.principal)
        assert is_whole_cents(line.interest)
        balance -= line.principal
        assert balance >= 0
    assert balance == 0
    assert 1 <= len(lines) <= term


@given(methods, amounts, rates, terms, days)
def test_lines_fall_due_month_by_month_after_the_start(method, principal, rate, term, starts_on):
    due = [line.due_on for line in make_schedule(ScheduleTerms(method, principal, rate, term, starts_on))]
    assert set(due) <= {add_months(starts_on, month) for month in range(1, term + 1)}
    assert due == sorted(set(due))


@given(amounts, rates, terms)
def test_all_equal_installments_but_the_last_are_equal_and_the_last_is_within_its_bound(principal, rate, term):
    lines = make_schedule(ScheduleTerms(EQUAL_INSTALLMENT, principal, rate, term, START))
    installment = lines[0].total
    assert all(line.total == installment for line in lines[:-1])
    assert abs(lines[-1].total - installment) <= last_line_bound(rate, term)


@given(amounts, rates, terms)
def test_the_interest_of_each_month_is_that_of_the_balance(principal, rate, term):
    balance = principal
    for line in make_schedule(ScheduleTerms(EQUAL_PRINCIPAL, principal, rate, term, START)):
        assert abs(line.interest - balance * rate / 12) <= CENT / 2
        balance -= line.principal


@given(methods, amounts, rates, terms)
def test_the_callers_decimal_precision_changes_nothing(method, principal, rate, term):
    expected = make_schedule(ScheduleTerms(method, principal, rate, term, START))
    with localcontext() as context:
        context.prec = 16
        assert make_schedule(ScheduleTerms(method, principal, rate, term, START)) == expected


# Edges.


@pytest.mark.parametrize("method", BY_RULE)
def test_a_loan_of_one_month_is_repaid_at_once(method):
    assert schedule(method, "1000", "0.12", 1) == (
        Line(1, date(2026, 2, 15), Decimal("1000.00"), Decimal("10.00")),
    )  # fmt: skip


def test_at_zero_percent_only_the_principal_is_repaid():
    lines = schedule(EQUAL_INSTALLMENT, "100", "0", 3)
    assert [line.total for line in lines] == [Decimal("33.33"), Decimal("33.33"), Decimal("33.34")]
    assert interest_of(lines) == 0


def test_interest_only_at_zero_percent_is_one_payment_at_the_end():
    assert schedule(INTEREST_ONLY, "100", "0", 3) == (Line(1, date(2026, 4, 15), Decimal(100), ZERO),)


def test_where_rounding_repays_early_the_schedule_ends():
    lines = schedule(EQUAL_PRINCIPAL, "0.05", "0", 10)
    assert [line.principal for line in lines] == [CENT] * 5
    assert lines[-1].due_on == date(2026, 6, 15)


def test_the_largest_amount_loses_no_cent():
    lines = make_schedule(ScheduleTerms(EQUAL_INSTALLMENT, LARGEST, Decimal("0.000001"), 360, START))
    assert sum(line.principal for line in lines) == LARGEST


@pytest.mark.parametrize(
    ("principal", "rate", "term"),
    [("0", "0.1", 3), ("-1", "0.1", 3), ("1.001", "0.1", 3), ("1", "-0.1", 3), ("1", "0", 0)],
)
def test_figures_that_no_product_has_are_our_mistake(principal, rate, term):
    with pytest.raises(AssertionError):
        schedule(EQUAL_INSTALLMENT, principal, rate, term)


# Months.


def test_a_due_day_of_31_is_clamped_from_the_original_day():
    assert [add_months(date(2026, 1, 31), months) for months in (1, 2, 3, 13)] == [
        date(2026, 2, 28),
        date(2026, 3, 31),
        date(2026, 4, 30),
        date(2027, 2, 28),
    ]
    assert add_months(date(2027, 11, 29), 3) == date(2028, 2, 29)
    lines = schedule(EQUAL_PRINCIPAL, "300", "0", 3, date(2026, 1, 31))
    assert [line.due_on for line in lines] == [date(2026, 2, 28), date(2026, 3, 31), date(2026, 4, 30)]


@given(days, st.integers(0, 600))
def test_months_later_is_the_same_day_or_the_months_last(start, months):
    later = add_months(start, months)
    assert (later.year - start.year) * 12 + later.month - start.month == months
    assert later.day == start.day or (later.day < start.day and (later + timedelta(days=1)).day == 1)


# Whatever the terms.


@given(schedule_terms())
def test_any_terms_make_a_schedule_that_repays_exactly(terms):
    lines = make_schedule(terms)
    assert sum(line.principal for line in lines) == terms.principal
    assert all(line.principal >= 0 and line.interest >= 0 and line.total > 0 for line in lines)
    due = [line.due_on for line in lines]
    assert due == sorted(due)
    assert due[0] > terms.disbursed_on


@given(schedule_terms([EQUAL_INSTALLMENT]))
def test_equal_installments_are_equal_whatever_the_days_but_where_interest_alone_is_more(terms):
    lines = make_schedule(replace(terms, grace=Grace(), rounding=Rounding.CENT))
    usual = min(line.total for line in lines[:-1]) if len(lines) > 1 else lines[0].total
    assert all(line.total == usual or line.principal == 0 for line in lines[:-1])


@given(schedule_terms([EQUAL_INSTALLMENT]))
def test_the_last_of_equal_installments_differs_by_rounding_only(terms):
    plain = replace(terms, grace=Grace(), rounding=Rounding.CENT)
    lines = make_schedule(plain)
    if any(line.principal == 0 for line in lines):
        return
    # Each line misplaces a cent at most, and what is misplaced bears interest until the end.
    grown = ZERO + CENT * len(plain.periods)
    for ticks in plain.ticks:
        grown *= 1 + plain.annual_rate * ticks / plain.counter.ticks_a_year
    assert abs(lines[-1].total - lines[0].total) <= grown + CENT


def test_the_installment_that_was_agreed_is_kept():
    terms = ScheduleTerms(EQUAL_INSTALLMENT, Decimal(1000), Decimal("0.145"), 3, START, installment=Decimal(350))
    assert [line.total for line in make_schedule(terms)] == [350, 350, Decimal("323.95")]


def test_a_first_due_day_on_the_payout_is_refused():
    terms = ScheduleTerms(EQUAL_INSTALLMENT, Decimal(1000), Decimal("0.1"), 3, START, agreed_first_due_on=START)
    with pytest.raises(FirstDueNotAllowed) as refused:
        make_schedule(terms)
    assert refused.value.earliest == date(2026, 1, 16)
