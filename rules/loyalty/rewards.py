"""Rewards: what can be had for points, by whom, and how often."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Protocol

from rules.errors import Refused
from rules.money import Money, is_whole_cents
from rules.people.access import MANAGERS, MARKETERS

PROPOSERS = MANAGERS | MARKETERS
"""Who may propose a reward; another manager decides."""


class RewardKind(StrEnum):
    """What a reward is."""

    INTEREST_VOUCHER = "INTEREST_VOUCHER"
    """Pays interest of a loan."""
    FEE_WAIVER = "FEE_WAIVER"
    """Pays fees that fall due with the installments of a loan."""
    GIFT = "GIFT"
    """Something that a partner hands out."""
    PHONE_CREDIT = "PHONE_CREDIT"
    """Credit on a phone, by a partner."""
    DONATION = "DONATION"
    """Given to others in the customer's name, by a partner."""


VOUCHERS = frozenset({RewardKind.INTEREST_VOUCHER, RewardKind.FEE_WAIVER})
"""What the customer uses on a loan himself; all else comes from a partner."""


class RewardPeriod(StrEnum):
    """In which time a person gets a reward so often at the most; by business date."""

    YEAR = "YEAR"
    """In a calendar year."""
    EVER = "EVER"
    """In all."""


@dataclass(eq=False)
class RewardIncomplete(Refused):
    """A voucher says what it is worth and for how many days it can be used; anything else names its partner. A limit needs its period."""

    code = "REWARD_INCOMPLETE"
    path = ("kind",)


@dataclass(eq=False)
class RewardDateNotAllowed(Refused):
    """A reward is offered from today or later, and ends after it has begun."""

    code = "REWARD_DATE_NOT_ALLOWED"
    path = ("validFrom",)
    earliest: date
    """The first day that is allowed."""


@dataclass(eq=False)
class RewardNotOffered(Refused):
    """This reward is not offered today."""

    code = "REWARD_NOT_OFFERED"
    path = ("rewardId",)


@dataclass(eq=False)
class OutOfStock(Refused):
    """None is left of this reward."""

    code = "OUT_OF_STOCK"
    path = ("rewardId",)


@dataclass(eq=False)
class RewardLimitReached(Refused):
    """You have had this reward as often as one person can."""

    code = "REWARD_LIMIT_REACHED"
    path = ("rewardId",)
    limit: int
    """How often that is."""


@dataclass(eq=False)
class TierTooLow(Refused):
    """This reward is for a higher level than yours."""

    code = "TIER_TOO_LOW"
    path = ("rewardId",)
    required_rank: int
    """The rank of the lowest level that can have it."""


class Offered(Protocol):
    """A reward as it stands, as far as it can be in the way of having it."""

    is_offered: bool
    valid_from: date
    valid_to: date | None
    minimum_rank: int | None
    stock: int | None
    limit_count: int | None


@dataclass(frozen=True, kw_only=True)
class RewardTerms:
    """What is proposed of a reward."""

    kind: RewardKind
    name_zh: str
    name_en: str
    terms_zh: str
    terms_en: str
    price_points: int
    cost: Money
    """What one costs us."""
    valid_from: date
    worth: Money | None = None
    usable_days: int | None = None
    partner_id: int | None = None
    stock: int | None = None
    limit_count: int | None = None
    limit_period: RewardPeriod | None = None
    minimum_rank: int | None = None
    valid_to: date | None = None


def check_reward(terms: RewardTerms, today: date) -> None:
    """Let a reward be proposed. Raises `RewardIncomplete`, `RewardDateNotAllowed`."""
    is_voucher = terms.kind in VOUCHERS
    if is_voucher != (terms.worth is not None) or is_voucher != (terms.usable_days is not None):
        raise RewardIncomplete
    if is_voucher != (terms.partner_id is None) or (terms.limit_count is None) != (terms.limit_period is None):
        raise RewardIncomplete
    if not is_whole_cents(terms.cost.amount) or terms.cost.amount < 0:
        raise RewardIncomplete
    if terms.worth is not None and (not is_whole_cents(terms.worth.amount) or terms.worth.amount <= 0):
        raise RewardIncomplete
    if terms.valid_from < today:
        raise RewardDateNotAllowed(earliest=today)
    if terms.valid_to is not None and terms.valid_to <= terms.valid_from:
        raise RewardDateNotAllowed(earliest=terms.valid_from + timedelta(days=1))


def is_valid(valid_from: date, valid_to: date | None, today: date) -> bool:
    """Say whether a reward can be had on a day, as far as its days go."""
    return valid_from <= today and (valid_to is None or today < valid_to)


def is_available(is_offered: bool, stock: int | None, valid_from: date, valid_to: date | None, today: date) -> bool:
    """Say whether a reward can be had today by somebody who may and has the points."""
    return is_offered and stock != 0 and is_valid(valid_from, valid_to, today)


def counted_since(period: RewardPeriod | None, today: date) -> date:
    """Give the first day from which what somebody had counts against the limit."""
    return today.replace(month=1, day=1) if period is RewardPeriod.YEAR else date.min


def left_for(limit_count: int | None, had: int) -> int | None:
    """Give how often somebody can still have a reward; None: without limit."""
    return None if limit_count is None else max(limit_count - had, 0)


def is_for_rank(minimum_rank: int | None, rank: int) -> bool:
    """Say whether a level can have what is for some level on."""
    return minimum_rank is None or rank >= minimum_rank


def why_not(reward: Offered, *, rank: int, had: int, today: date) -> Refused | None:
    """Say what keeps somebody of a level, who had it so often, from a reward; None: nothing but, perhaps, his points."""
    if not reward.is_offered or not is_valid(reward.valid_from, reward.valid_to, today):
        return RewardNotOffered()
    if reward.minimum_rank is not None and not is_for_rank(reward.minimum_rank, rank):
        return TierTooLow(required_rank=reward.minimum_rank)
    if reward.stock == 0:
        return OutOfStock()
    if reward.limit_count is not None and left_for(reward.limit_count, had) == 0:
        return RewardLimitReached(limit=reward.limit_count)
    return None
