"""Branches that call customers back."""

from datetime import UTC, datetime
from typing import Any

from models import Branch, Customer, PointsAccount, Staff, Tier
from tests import make


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """A time in March 2026, in Shanghai."""
    return datetime(2026, 3, day, hour - 8, minute, tzinfo=UTC)


async def staffed(count: int = 1) -> tuple[Branch, list[Staff]]:
    """A branch with officers."""
    branch = await make.branch()
    return branch, [await make.staff(branches=[branch]) for _ in range(count)]


async def customer_in(branch: Branch, tier: Tier | None = None, **columns: Any) -> Customer:
    """A customer of a branch, in a tier if one is given."""
    customer = await make.customer(branch=branch, **columns)
    if tier is not None:
        await put_in(customer, tier)
    return customer


async def put_in(customer: Customer, tier: Tier) -> None:
    """Let a customer be in a tier."""
    async with make.unit():
        await PointsAccount.filter(customer_id=customer.id).update(tier_id=tier.id)
