from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from rules.loyalty.partners import is_recent, is_signed, signature_of
from rules.loyalty.redemptions import CancelTooLate, check_cancellable
from rules.loyalty.rewards import (
    OutOfStock,
    RewardDateNotAllowed,
    RewardIncomplete,
    RewardKind,
    RewardLimitReached,
    RewardNotOffered,
    RewardPeriod,
    RewardTerms,
    TierTooLow,
    check_reward,
    counted_since,
    is_available,
    left_for,
    why_not,
)
from rules.money import Money
from rules.people.access import Role

TODAY = date(2026, 3, 16)
NOW = datetime(2026, 3, 16, 4, tzinfo=UTC)
VOUCHER = RewardTerms(
    kind=RewardKind.INTEREST_VOUCHER,
    name_zh="利息券",
    name_en="Interest voucher",
    terms_zh="用于支付利息",
    terms_en="It pays interest.",
    price_points=300,
    cost=Money(Decimal("8.00"), "CNY"),
    worth=Money(Decimal("10.00"), "CNY"),
    usable_days=90,
    valid_from=TODAY,
)
GIFT = replace(VOUCHER, kind=RewardKind.GIFT, worth=None, usable_days=None, partner_id=1)


@pytest.mark.parametrize("terms", [VOUCHER, GIFT, replace(GIFT, limit_count=2, limit_period=RewardPeriod.YEAR)])
def test_a_reward_that_says_all_of_it_can_be_proposed(terms):
    check_reward(terms, TODAY)


@pytest.mark.parametrize(
    "terms",
    [
        replace(VOUCHER, worth=None),
        replace(VOUCHER, usable_days=None),
        replace(VOUCHER, partner_id=1),
        replace(VOUCHER, worth=Money(Decimal(0), "CNY")),
        replace(VOUCHER, worth=Money(Decimal("1.001"), "CNY")),
        replace(VOUCHER, cost=Money(Decimal("-1.00"), "CNY")),
        replace(VOUCHER, limit_count=1),
        replace(VOUCHER, limit_period=RewardPeriod.EVER),
        replace(GIFT, partner_id=None),
        replace(GIFT, worth=Money(Decimal("1.00"), "CNY"), usable_days=1),
    ],
)
def test_one_that_leaves_something_out_is_refused(terms):
    with pytest.raises(RewardIncomplete):
        check_reward(terms, TODAY)


def test_it_begins_today_or_later_and_ends_after_that():
    with pytest.raises(RewardDateNotAllowed) as refused:
        check_reward(replace(GIFT, valid_from=TODAY - timedelta(days=1)), TODAY)
    assert refused.value.earliest == TODAY
    with pytest.raises(RewardDateNotAllowed) as refused:
        check_reward(replace(GIFT, valid_to=TODAY), TODAY)
    assert refused.value.earliest == TODAY + timedelta(days=1)


def test_it_is_available_while_it_is_offered_in_stock_and_in_its_days():
    tomorrow = TODAY + timedelta(days=1)
    assert is_available(True, None, TODAY, None, TODAY)
    assert is_available(True, 1, TODAY, tomorrow, TODAY)
    assert not is_available(True, 0, TODAY, None, TODAY)
    assert not is_available(False, None, TODAY, None, TODAY)
    assert not is_available(True, None, tomorrow, None, TODAY)
    assert not is_available(True, None, TODAY, tomorrow, tomorrow)


@dataclass(frozen=True)
class Standing:
    """A reward, as it stands."""

    is_offered: bool = True
    valid_from: date = TODAY
    valid_to: date | None = None
    minimum_rank: int | None = 2
    stock: int | None = 1
    limit_count: int | None = 1


def test_one_rule_says_what_keeps_somebody_from_a_reward():
    asked = {"rank": 2, "had": 0, "today": TODAY}
    assert why_not(Standing(), **asked) is None
    assert why_not(Standing(minimum_rank=None, stock=None, limit_count=None), **asked | {"rank": 1, "had": 9}) is None
    assert isinstance(why_not(Standing(is_offered=False, stock=0), **asked), RewardNotOffered)
    assert isinstance(why_not(Standing(valid_to=TODAY), **asked), RewardNotOffered)
    assert isinstance(why_not(Standing(stock=0), **asked), OutOfStock)
    too_low, reached = why_not(Standing(), **asked | {"rank": 1}), why_not(Standing(), **asked | {"had": 1})
    assert isinstance(too_low, TierTooLow)
    assert too_low.required_rank == 2
    assert isinstance(reached, RewardLimitReached)
    assert reached.limit == 1


def test_a_limit_counts_a_calendar_year_or_all():
    assert counted_since(RewardPeriod.YEAR, TODAY) == date(2026, 1, 1)
    assert counted_since(RewardPeriod.EVER, TODAY) == date.min
    assert (left_for(None, 5), left_for(2, 1), left_for(2, 3)) == (None, 1, 0)


def test_a_customer_has_a_day_to_cancel_and_a_manager_ninety():
    last = NOW + timedelta(hours=24) - timedelta(seconds=1)
    check_cancellable(Role.CUSTOMER, NOW, TODAY, last, TODAY)
    check_cancellable(Role.MANAGER, NOW, TODAY, last, TODAY + timedelta(days=90))
    with pytest.raises(CancelTooLate):
        check_cancellable(Role.CUSTOMER, NOW, TODAY, NOW + timedelta(hours=24), TODAY)
    with pytest.raises(CancelTooLate):
        check_cancellable(Role.MANAGER, NOW, TODAY, NOW, TODAY + timedelta(days=91))


def test_a_signature_is_of_one_secret_time_and_body():
    signed = signature_of("secret", "1773633600", b"{}")
    assert is_signed("secret", "1773633600", b"{}", signed)
    assert not is_signed("other", "1773633600", b"{}", signed)
    assert not is_signed("secret", "1773633601", b"{}", signed)
    assert not is_signed("secret", "1773633600", b"{ }", signed)
    assert not is_signed("secret", "1773633600", b"{}", "")
    assert not is_signed("secret", "1773633600", b"{}", "é\ud800")


@pytest.mark.parametrize(
    ("timestamp", "recent"),
    [
        (f"{int(NOW.timestamp())}", True),
        (f"{int(NOW.timestamp()) - 300}", True),
        (f"{int(NOW.timestamp()) + 300}", True),
        (f"{int(NOW.timestamp()) - 301}", False),
        (f"{int(NOW.timestamp()) + 301}", False),
        ("", False),
        ("-1", False),
        ("1e9", False),
        ("١٢٣", False),
        ("9" * 5000, False),
    ],
)
def test_only_what_was_sent_just_now_is_believed(timestamp, recent):
    assert is_recent(timestamp, NOW) is recent
