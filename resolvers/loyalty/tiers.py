"""Levels of loyalty."""

from models import Tier, Viewer
from models.database import transaction


async def create_first_tier(viewer: Viewer) -> Tier:
    """Make the level in which everybody starts; if there are levels, gives the lowest."""
    async with transaction(viewer, "create_first_tier") as unit:
        lowest = await Tier.all().order_by("rank").first()
        tier = lowest or await Tier.create(code="BASIC", rank=1, name_zh="普通会员", name_en="Basic")
        unit.subject = tier
        return tier
