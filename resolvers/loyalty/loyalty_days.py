"""What a new business date brings about for loyalty: once a date, however often the open day is looked at."""

from datetime import date

from tortoise.exceptions import IntegrityError

from models import LoyaltyDay, Viewer
from models.database import transaction
from resolvers.loyalty.milestones import reach
from resolvers.loyalty.named_officers import end_unfounded


async def bring_about(viewer: Viewer, on: date) -> None:
    """Do what the date brings about. What breaks off is done again, and what was done is not done twice."""
    if await LoyaltyDay.exists(on=on):
        return
    await end_unfounded(viewer, on)
    await reach(viewer, on)
    try:
        async with transaction(viewer, "finish_loyalty_day"):
            await LoyaltyDay.create(on=on)
    except IntegrityError:  # Another process has done the same at this moment.
        assert await LoyaltyDay.exists(on=on)
