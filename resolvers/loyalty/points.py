"""Giving points."""

from tortoise.expressions import F

from models import PointLot, PointsAccount, PointsEntry, PointsPosting
from models.database import Unit
from rules.loyalty.kinds import PointsKind, PointsSide
from rules.loyalty.points import expires_on


async def award(
    unit: Unit, *, customer_id: int, points: int, source: str, repayment_id: int | None = None
) -> PointsEntry | None:
    """Give points, once for each `source` (such as `Loan:12:3`); None if they were given before.

    The points of one award expire together: they are a lot of their own.
    """
    assert points > 0, "an award gives something"
    if await PointsEntry.exists(source=source):
        return None
    entry = await PointsEntry.create(
        customer_id=customer_id,
        kind=PointsKind.EARNED,
        points=points,
        source=source,
        repayment_id=repayment_id,
        booked_on=unit.today,
    )
    lot = await PointLot.create(
        customer_id=customer_id, entry_id=entry.id, earned=points, expires_on=expires_on(unit.today)
    )
    await PointsPosting.create(
        customer_id=customer_id, entry_id=entry.id, side=PointsSide.HELD, lot_id=lot.id, points=points
    )
    await PointsPosting.create(customer_id=customer_id, entry_id=entry.id, side=PointsSide.ISSUED, points=-points)
    changed = await PointsAccount.filter(customer_id=customer_id).update(balance=F("balance") + points)
    assert changed == 1, f"customer {customer_id} has a points account"
    return entry
