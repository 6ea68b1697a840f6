from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.loyalty.rate_discounts import (
    DiscountDateNotAllowed,
    FloorTooHigh,
    Grant,
    best,
    check_for_customer,
    check_policy,
)
from rules.products.repricing import (
    DatedDiscount,
    RatePoint,
    RepricingRule,
    is_repricing_day,
    less_discount,
    lowered,
    repricings,
)

TODAY = date(2026, 3, 16)


def grant(bp: int, floor: str = "0.0300", **columns: object) -> Grant:
    return Grant(**{"bp": bp, "floor": Decimal(floor), "policy_id": 1, "tier_id": 1, **columns})


@pytest.mark.parametrize(
    ("rate", "bp", "floor", "off"),
    [
        ("0.0435", 20, "0.0300", 20),
        ("0.0435", 20, "0.0420", 15),
        ("0.0435", 20, "0.0435", 0),
        ("0.0435", 20, "0.0500", 0),
        ("0.04352", 20, "0.0420", 15),
    ],
)
def test_whole_basis_points_come_off_and_none_beyond_the_floor(rate, bp, floor, off):
    assert lowered(Decimal(rate), bp, Decimal(floor)) == off


@given(
    rate=st.decimals(0, 1, places=6),
    bp=st.integers(0, 1_000),
    floor=st.decimals(0, 1, places=6),
)
def test_a_discount_never_raises_a_rate_nor_goes_below_the_floor(rate, bp, floor):
    after = less_discount(rate, [DatedDiscount(TODAY, bp, floor)], TODAY)
    assert after <= rate
    assert after == rate or after >= floor
    assert rate - after <= bp * Decimal("0.0001")


def test_the_larger_discount_wins_and_of_two_alike_the_first():
    by_tier, by_hand = grant(10), grant(15, tier_id=None, rate_discount_id=7)
    found = best(Decimal("0.0435"), [by_tier, by_hand])
    assert found is not None
    assert (found.bp, found.rate_before, found.rate_after) == (15, Decimal("0.0435"), Decimal("0.0420"))
    assert found.grant is by_hand
    alike = best(Decimal("0.0301"), [by_tier, by_hand])
    assert alike is not None
    assert (alike.bp, alike.grant) == (1, by_tier)
    assert best(Decimal("0.0435"), []) is None
    assert best(Decimal("0.0200"), [by_tier]) is None


POINTS = [RatePoint(date(2025, 1, 1), Decimal("0.0360")), RatePoint(date(2025, 12, 20), Decimal("0.0350"))]
SIGNED = DatedDiscount(date(2025, 3, 1), 10, Decimal("0.0300"))


def floating(*discounts: DatedDiscount, rate: str = "0.0500", until: date = date(2026, 12, 31)) -> list:
    terms = (RepricingRule.NEW_YEAR, POINTS, 150, date(2025, 3, 1), Decimal(rate), date(2025, 3, 1))
    return repricings(*terms, until, discounts)


def test_a_floating_rate_keeps_its_discount_when_it_follows():
    assert floating(SIGNED) == [(date(2026, 1, 1), Decimal("0.0490"))]
    assert floating(rate="0.0510") == [(date(2026, 1, 1), Decimal("0.0500"))]


def test_a_discount_that_was_raised_holds_from_its_day_on_only():
    raised = DatedDiscount(date(2026, 1, 1), 25, Decimal("0.0300"))
    assert floating(SIGNED, raised) == [(date(2026, 1, 1), Decimal("0.0475"))]
    later = DatedDiscount(date(2026, 6, 1), 25, Decimal("0.0300"))
    assert floating(SIGNED, later) == [(date(2026, 1, 1), Decimal("0.0490"))]


def test_repricing_does_not_go_below_the_floor_either():
    deep = DatedDiscount(date(2025, 3, 1), 300, Decimal("0.0480"))
    assert floating(deep) == [(date(2026, 1, 1), Decimal("0.0480"))]


def test_the_days_on_which_a_rate_is_looked_at():
    terms = (RepricingRule.NEW_YEAR, POINTS, date(2025, 3, 1))
    assert is_repricing_day(*terms, date(2026, 1, 1))
    assert not is_repricing_day(*terms, date(2025, 1, 1))
    assert not is_repricing_day(*terms, date(2026, 1, 2))


def test_a_discount_for_a_customer_ends_within_a_year():
    for ends_on in (TODAY, TODAY + timedelta(days=366)):
        check_for_customer(ends_on, TODAY)
    for ends_on in (TODAY - timedelta(days=1), TODAY + timedelta(days=367)):
        with pytest.raises(DiscountDateNotAllowed):
            check_for_customer(ends_on, TODAY)


def test_a_policy_begins_in_time_ends_after_that_and_leaves_room():
    check_policy(TODAY, None, TODAY, Decimal("0.03"), Decimal("0.0435"))
    check_policy(TODAY, TODAY, TODAY, Decimal("0.03"), Decimal("0.0435"))
    with pytest.raises(DiscountDateNotAllowed):
        check_policy(TODAY - timedelta(days=1), None, TODAY, Decimal("0.03"), Decimal("0.0435"))
    with pytest.raises(DiscountDateNotAllowed):
        check_policy(TODAY, TODAY - timedelta(days=1), TODAY, Decimal("0.03"), Decimal("0.0435"))
    with pytest.raises(FloorTooHigh):
        check_policy(TODAY, None, TODAY, Decimal("0.0435"), Decimal("0.0435"))
