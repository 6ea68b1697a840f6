"""What an empty house needs before anybody can sign in: an open day, a branch, and a level of loyalty."""

from datetime import date

from models import Branch, Viewer
from resolvers.books import accounting_days
from resolvers.loyalty import tiers
from resolvers.people import branches


async def lay(viewer: Viewer, today: date) -> None:
    """Lay what is missing; harmless to repeat."""
    await accounting_days.open_first_day(viewer, today)
    await tiers.create_first_tier(viewer)
    if not await Branch.exists():
        await branches.create_branch(viewer, code="MAIN", name_zh="总部", name_en="Head office")
