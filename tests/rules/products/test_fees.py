from datetime import date
from decimal import Decimal

import pytest

from rules.products.fees import FeeNotAllowed, FeeTerms, check_fees, fee_amount, fees_of_kind, prepayment_fee_rate
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
