from decimal import Decimal

from rules.loyalty.fee_waivers import Waiver, largest
from rules.products.fees import FeeTerms
from rules.products.kinds import FeeKind

UPFRONT = (FeeTerms(FeeKind.UPFRONT, Decimal("0.01")),)
PERIODIC = (FeeTerms(FeeKind.PERIODIC, amount=Decimal(5)),)
AMOUNT = Decimal(1000)


def waiver(percent: int, tier_id: int = 1) -> Waiver:
    return Waiver(percent=percent, tier_id=tier_id, name_zh="金卡会员", name_en="Gold")


def test_the_largest_waiver_counts_and_of_two_alike_that_which_was_shown():
    assert largest([waiver(25), waiver(50)], UPFRONT, AMOUNT) == waiver(50)
    assert largest([waiver(50), waiver(25)], UPFRONT, AMOUNT) == waiver(50)
    assert largest([waiver(50, 1), waiver(50, 2)], UPFRONT, AMOUNT) == waiver(50, 1)


def test_where_no_cent_is_waived_there_is_no_waiver():
    assert largest([], UPFRONT, AMOUNT) is None
    assert largest([waiver(100)], PERIODIC, AMOUNT) is None
    assert largest([waiver(100)], (), AMOUNT) is None
    assert largest([waiver(1)], UPFRONT, Decimal(40)) is None, "1 % of 0.40 is less than half a cent"
    assert largest([waiver(1)], UPFRONT, Decimal(50)) == waiver(1)
