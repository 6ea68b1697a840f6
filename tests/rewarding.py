"""Rewards, and customers who have points for them."""

from datetime import timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from models import Customer, Partner, Redemption, Reward, Viewer
from resolvers.loyalty import partners, points, redemptions, rewards
from resolvers.loyalty.partners import PartnerMade
from rules.loyalty.rewards import VOUCHERS, RewardKind, RewardTerms
from rules.money import Money
from rules.people.access import Role
from tests import make

_numbers = count(1)


async def rich(number: int = 500, **columns: Any) -> Customer:
    """A customer with so many points that can be spent."""
    customer = await make.customer(**columns)
    await give(customer.id, number)
    return customer


async def give(customer_id: int, number: int) -> None:
    """Points that can be spent, in a lot of their own."""
    async with make.unit() as unit:
        source = f"Gift:{next(_numbers)}"
        await points.award(unit, customer_id=customer_id, points=number, source=source)


async def partner() -> PartnerMade:
    """Somebody who hands rewards out, and his secret."""
    admin = await make.signed_in(await make.staff(role=Role.ADMIN))
    return await partners.create_partner(admin, name=f"花店{next(_numbers)}")


def terms(kind: RewardKind = RewardKind.INTEREST_VOUCHER, **changed: Any) -> RewardTerms:
    """What a marketer proposes."""
    known: dict[str, Any] = {
        "kind": kind,
        "name_zh": "利息券",
        "name_en": "Interest voucher",
        "terms_zh": "用于支付利息",
        "terms_en": "It pays interest.",
        "price_points": 300,
        "cost": Money(Decimal("8.00"), "CNY"),
        "valid_from": make.clock.business_date,
    }
    if kind in VOUCHERS:
        known |= {"worth": Money(Decimal("10.00"), "CNY"), "usable_days": 90}
    return RewardTerms(**known | changed)


async def reward(kind: RewardKind = RewardKind.INTEREST_VOUCHER, **changed: Any) -> Reward:
    """A reward for 300 points that is offered, by two; what comes from a partner, by a new one."""
    marketer, manager = [await make.signed_in(await make.staff(role=role)) for role in (Role.MARKETER, Role.MANAGER)]
    if kind not in VOUCHERS and "partner_id" not in changed:
        changed["partner_id"] = (await partner()).partner.id
    proposed = await rewards.propose_reward(marketer, terms(kind, **changed))
    return await rewards.approve_reward(manager, reward_id=proposed.id)


async def gift(made: PartnerMade, **changed: Any) -> Reward:
    """A gift that a partner hands out."""
    return await reward(RewardKind.GIFT, partner_id=made.partner.id, **changed)


async def redemption(reward: Reward, viewer: Viewer) -> Redemption:
    """A reward taken."""
    return await redemptions.redeem(viewer, reward_id=reward.id, key=f"take-{next(_numbers)}")


async def cancelled(viewer: Viewer, redemption: Redemption) -> Redemption:
    """A reward taken back."""
    return await redemptions.cancel_redemption(viewer, redemption_id=redemption.id, key=f"back-{next(_numbers)}")


async def pass_hours(hours: int) -> None:
    """Let hours pass within the business day."""
    make.clock.moment += timedelta(hours=hours)


async def only_partner() -> Partner:
    """The one partner there is."""
    return await Partner.get()
