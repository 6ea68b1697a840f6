import random
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.money import CENT, LARGEST, Money, from_cents
from rules.products.kinds import RepaymentMethod
from rules.products.product_limits import ProductUnsound, check_product_limits, is_schedule_sane
from rules.products.schedules import ScheduleTerms, make_schedule

EQUAL_INSTALLMENT, EQUAL_PRINCIPAL, INTEREST_ONLY, BULLET, FLAT_FEE, STEP_UP, IRREGULAR = RepaymentMethod
OFFERED = [EQUAL_INSTALLMENT, EQUAL_PRINCIPAL, INTEREST_ONLY, BULLET, FLAT_FEE]
START = date(2026, 1, 15)

rates = st.integers(0, 500_000).map(lambda millionths: Decimal(millionths).scaleb(-6))


def check(method=EQUAL_INSTALLMENT, rate="0.24", least="1250", most="50000", shortest=1, longest=360):
    check_product_limits(
        method=method,
        annual_rate=Decimal(rate),
        currency="CNY",
        min_amount=Decimal(least),
        max_amount=Decimal(most),
        min_term=shortest,
        max_term=longest,
    )


def test_a_product_that_allows_a_last_line_above_twice_the_installment_is_refused():
    with pytest.raises(ProductUnsound) as refused:
        check()
    assert refused.value.term < 360
    assert refused.value.minimum.currency == "CNY"


@pytest.mark.parametrize("method", OFFERED)
def test_ordinary_products_are_sound(method):
    check(method, rate="0.145", least="1000", most="200000", shortest=3, longest=36)
    check(method, rate="0", least="100", most="200000", shortest=1, longest=24)


@pytest.mark.parametrize("method", [EQUAL_INSTALLMENT, EQUAL_PRINCIPAL])
def test_a_cent_over_a_year_is_refused_and_the_least_safe_amount_accepted(method):
    with pytest.raises(ProductUnsound) as refused:
        check(method, least="0.01", shortest=12, longest=12)
    assert refused.value.term == 12
    check(method, least=str(refused.value.minimum.amount), shortest=12, longest=12)
    with pytest.raises(ProductUnsound):
        check(method, least=str(refused.value.minimum.amount - CENT), shortest=12, longest=12)


def test_interest_only_repays_everything_last_and_is_sound():
    check(INTEREST_ONLY, least="0.01")


def test_a_rate_beyond_all_reason_is_refused_rather_than_reckoned():
    with pytest.raises(ProductUnsound) as refused:
        check(rate="12")
    assert refused.value.minimum.amount <= LARGEST
    with pytest.raises(ProductUnsound) as refused:
        check(rate="120", shortest=360)
    assert refused.value.minimum == Money(LARGEST, "CNY")


@given(
    st.sampled_from([EQUAL_INSTALLMENT, EQUAL_PRINCIPAL, FLAT_FEE]),
    rates,
    st.integers(2, 120),
    st.integers(0, 10**6),
    st.randoms(),
)
def test_within_limits_that_pass_no_last_line_is_above_twice_the_installment(method, rate, term, above, chance):
    with pytest.raises(ProductUnsound) as refused:
        check(method, rate=str(rate), least="0.01", shortest=term, longest=term)
    least = refused.value.minimum.amount
    assert isinstance(chance, random.Random)
    for cents in (0, above, chance.randrange(1000)):
        assert is_schedule_sane(
            method, make_schedule(ScheduleTerms(method, least + from_cents(cents), rate, term, START))
        )
