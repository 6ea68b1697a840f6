"""Builders for levels and discounts: plans, policies and points, decided by two where two decide."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from models import Customer, PointsAccount, Product, RateDiscount, RateDiscountPolicy, Tier, TierPlan
from models.database import transaction
from resolvers.loyalty import points, rate_discounts, tier_reviews, tiers
from resolvers.loyalty.moves import Moves, What
from rules.loyalty.tiers import Level
from tests import make

_numbers = count(1)

LEVELS = (
    Level(code="BASIC", name_zh="普通会员", name_en="Basic", threshold=0),
    Level(code="SILVER", name_zh="银卡会员", name_en="Silver", threshold=50, points_percent=110, rate_discount_bp=5),
    Level(
        code="GOLD",
        name_zh="金卡会员",
        name_en="Gold",
        threshold=100,
        points_percent=150,
        rate_discount_bp=20,
        review_days=1,
    ),
)
"""Three levels at 0, 50 and 100 points; the last brings 20 basis points."""
WAIVING = (LEVELS[0], replace(LEVELS[1], fee_waiver_percent=25), replace(LEVELS[2], fee_waiver_percent=50))
"""The same; the two above the lowest waive fees as well."""


async def plan(*levels: Level, valid_from: date | None = None, window_months: int = 12) -> TierPlan:
    """A plan of levels, `LEVELS` where none are named, from today where no day is."""
    first, second = await make.two_managers()
    proposed = await tiers.propose_tier_plan(
        first, valid_from=valid_from or make.clock.today(), levels=levels or LEVELS, window_months=window_months
    )
    return await tiers.approve_tier_plan(second, plan_id=proposed.id)


async def earn(customer_id: int, amount: int) -> str:
    """Qualifying points, given today; gives what they were given for."""
    source = f"Test:{next(_numbers)}"
    async with transaction(make.system(), "earn") as unit:
        await points.lock_accounts([customer_id])
        moves = Moves()
        what = What(customer_id=customer_id, source=source)
        moves.earn(what, amount, unit.today, qualifying=amount, lifetime_months=24)
        await points.write(unit, moves)
    return source


async def lose(customer_id: int, source: str) -> None:
    """What was given for something, taken back."""
    async with transaction(make.system(), "lose") as unit:
        assert await points.take_back(unit, customer_id=customer_id, source=source)


async def look() -> int:
    """What a moment of the open day brings about for levels; of how many customers it changed something."""
    return await tier_reviews.review_reached_tiers(make.system(), make.clock.business_date)


async def begin_day() -> None:
    """What the open day brings about for levels at its beginning."""
    await tier_reviews.review_due_tiers(make.system(), make.clock.business_date)


async def look_on(day: date) -> None:
    """What a later day brings about for levels, at its beginning and a moment later."""
    await make.travel_to(day)
    await begin_day()
    await look()


async def level_of(customer_id: int) -> str:
    """The code of a customer's level."""
    account = await PointsAccount.get(customer_id=customer_id).select_related("tier")
    return str(account.tier.code)


async def member(code: str = "GOLD", customer: Customer | None = None) -> Customer:
    """A customer who has just reached a level of the plan in force."""
    customer = customer or await make.customer()
    await earn(customer.id, (await Tier.get(code=code)).threshold)
    await look()
    assert await level_of(customer.id) == code
    return customer


async def policy(product: Product, floor: str = "0.0300", **terms: Any) -> RateDiscountPolicy:
    """A policy that lets a product's rate be lowered from today on."""
    first, second = await make.two_managers()
    proposed = await rate_discounts.propose_rate_discount_policy(
        first, product_id=product.id, valid_from=make.clock.today(), floor=Decimal(floor), **terms
    )
    return await rate_discounts.approve_rate_discount_policy(second, policy_id=proposed.id)


async def by_hand(customer_id: int, basis_points: int, ends_on: date | None = None) -> RateDiscount:
    """A discount for one customer, decided by two managers of his branch."""
    first, second = [await make.manager_of(customer_id) for _ in range(2)]
    proposed = await rate_discounts.propose_rate_discount(
        first,
        customer_id=customer_id,
        basis_points=basis_points,
        reason="十年老客户",
        ends_on=ends_on or make.clock.today() + timedelta(days=30),
    )
    return await rate_discounts.approve_rate_discount(second, discount_id=proposed.id)
