from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.products.fees import (
    FeeNotAllowed,
    FeeTerms,
    check_fees,
    fee_amount,
    fees_of_kind,
    fees_waived,
    prepayment_fee_rate,
    waive,
    waived_amount,
)
from rules.products.kinds import FeeKind

START = date(2026, 1, 31)
TIERS = (
    FeeTerms(FeeKind.PREPAYMENT, Decimal("0.01"), until_months=12),
    FeeTerms(FeeKind.PREPAYMENT, Decimal("0.03"), until_months=1),
)


def test_a_fee_is_a_share_an_amount_or_both():
    assert fee_amount(FeeTerms(FeeKind.UPFRONT, Decimal("0.01")), Decimal("1234.50")) == Decimal("12.35")
    assert fee_amount(FeeTerms(FeeKind.UPFRONT, amount=Decimal(20)), Decimal(1000)) == 20
    assert fee_amount(FeeTerms(FeeKind.UPFRONT, Decimal("0.01"), Decimal(20)), Decimal(1000)) == 30


def test_fees_of_a_kind_are_summed():
    fees = [FeeTerms(FeeKind.UPFRONT, Decimal("0.01")), FeeTerms(FeeKind.PERIODIC, amount=Decimal(5))]
    assert fees_of_kind(fees, FeeKind.UPFRONT, Decimal(1000)) == 10
    assert fees_of_kind(fees, FeeKind.FINANCED, Decimal(1000)) == 0


def test_half_a_cent_of_what_is_waived_is_the_customers():
    (fee,) = waive([FeeTerms(FeeKind.UPFRONT, Decimal("0.01"))], 50)
    assert (waived_amount(fee, Decimal("6001.00")), fee_amount(fee, Decimal("6001.00"))) == (
        Decimal("30.01"),
        Decimal("30.00"),
    )
    (cent,) = waive([FeeTerms(FeeKind.FINANCED, amount=Decimal("0.01"))], 50)
    assert (waived_amount(cent, Decimal(1000)), fee_amount(cent, Decimal(1000))) == (Decimal("0.01"), 0)


def test_what_is_asked_for_once_is_waived_and_what_comes_later_is_not():
    kinds = [FeeTerms(kind, Decimal("0.01")) for kind in FeeKind]
    waived = waive(kinds, 40)
    assert {fee.kind: fee.waived_percent for fee in waived} == {
        FeeKind.UPFRONT: 40,
        FeeKind.FINANCED: 40,
        FeeKind.PERIODIC: 0,
        FeeKind.PREPAYMENT: 0,
    }
    assert fees_waived(waived, Decimal(1000)) == Decimal("8.00")
    assert fees_waived(kinds, Decimal(1000)) == 0
    assert waive(kinds, 0) == tuple(kinds)


@given(
    percent=st.integers(0, 100),
    rate=st.decimals(0, 1, places=6),
    amount=st.decimals(0, 100_000, places=2),
    principal=st.decimals("0.01", 10_000_000, places=2),
)
def test_no_waiver_takes_a_fee_below_nothing_or_loses_a_cent(percent, rate, amount, principal):
    whole = FeeTerms(FeeKind.UPFRONT, rate, amount)
    (fee,) = waive([whole], percent)
    assert 0 <= fee_amount(fee, principal) <= fee_amount(whole, principal)
    assert fee_amount(fee, principal) + waived_amount(fee, principal) == fee_amount(whole, principal)
    assert percent < 100 or fee_amount(fee, principal) == 0


@pytest.mark.parametrize(
    ("on", "rate"),
    [
        (START, "0.03"),
        (date(2026, 2, 27), "0.03"),
        (date(2026, 2, 28), "0.01"),
        (date(2027, 1, 30), "0.01"),
        (date(2027, 1, 31), "0"),
    ],
)
def test_the_fee_of_a_prepayment_falls_with_the_age_of_the_loan(on, rate):
    assert prepayment_fee_rate(TIERS, START, on) == Decimal(rate)


def test_a_fee_without_an_age_is_asked_for_always():
    always = (*TIERS, FeeTerms(FeeKind.PREPAYMENT, Decimal("0.005")))
    assert prepayment_fee_rate(always, START, date(2036, 1, 1)) == Decimal("0.005")


@pytest.mark.parametrize(
    "fee",
    [
        FeeTerms(FeeKind.UPFRONT, amount=Decimal(-1)),
        FeeTerms(FeeKind.UPFRONT, amount=Decimal("0.001")),
        FeeTerms(FeeKind.PREPAYMENT, amount=Decimal(1)),
    ],
)
def test_fees_that_cannot_be_asked_for_are_refused(fee):
    with pytest.raises(FeeNotAllowed) as refused:
        check_fees([TIERS[0], fee])
    assert refused.value.fee == 2
