from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.money import LARGEST, from_cents, is_whole_cents, round_money, round_money_up, round_rate, to_cents

cents = st.integers(-(10**15), 10**15)


@pytest.mark.parametrize(
    ("amount", "rounded"),
    [("0.005", "0.01"), ("1.004999", "1.00"), ("2.675", "2.68"), ("-0.005", "-0.01"), ("3", "3.00")],
)
def test_money_is_rounded_half_up_to_the_cent(amount, rounded):
    assert str(round_money(Decimal(amount))) == rounded


def test_a_least_amount_is_rounded_up():
    assert round_money_up(Decimal("1.001")) == Decimal("1.01")
    assert round_money_up(Decimal("1.010")) == Decimal("1.01")


def test_a_rate_is_rounded_half_up_to_the_millionth():
    assert str(round_rate(Decimal("0.1089645"))) == "0.108965"


@pytest.mark.parametrize("amount", ["0", "1.5", "1.500", "-3.25", "1E+30", "0E-10", str(LARGEST)])
def test_whole_cents_are_known_whatever_their_form(amount):
    assert is_whole_cents(Decimal(amount))


@pytest.mark.parametrize("amount", ["0.001", "1.005", "1E-7", "NaN", "sNaN", "Infinity", "-Infinity", f"{10**40}.001"])
def test_fractions_of_a_cent_and_what_is_no_number_are_not_whole_cents(amount):
    assert not is_whole_cents(Decimal(amount))


@given(cents)
def test_cents_come_back_as_they_went(count):
    amount = from_cents(count)
    assert to_cents(amount) == count
    assert is_whole_cents(amount)
    assert amount.as_tuple().exponent == -2


def test_a_fraction_of_a_cent_is_our_mistake():
    with pytest.raises(AssertionError):
        to_cents(Decimal("0.001"))
