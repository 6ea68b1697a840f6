"""Moving one customer's points: giving, taking back, spending, and giving back what was spent.

Each locks the customer's account first, so that of two who move his points at once one waits for the other.
"""

from collections import defaultdict
from collections.abc import Collection
from typing import Any

from tortoise.connection import get_connection

from models import Loan, PointLot, PointsEntry, PointsPosting
from models.database import Unit
from models.database.handwritten import as_rows, fetch_rows, write_together
from models.loyalty import moves as sql
from resolvers.loyalty.moves import Moves, What
from rules.loyalty.kinds import Act, LotState, PointsKind, PointsSide
from rules.loyalty.points import LIFETIME_MONTHS, Lot, Part, SpendingFrozen, filled, returned_until, spent


async def award(
    unit: Unit,
    *,
    customer_id: int,
    points: int,
    source: str,
    kind: PointsKind = PointsKind.EARNED,
    act: Act | None = None,
    qualifying: int = 0,
    pending_days: int = 0,
    lifetime_months: int = LIFETIME_MONTHS,
) -> bool:
    """Give points, once for each `source` (such as `Referral:12`); False if they were given before.

    The points of one award expire together: they are a lot of their own. What was taken back when it had been spent is made
    up for first.
    """
    lots = await locked_lots(customer_id)
    if await PointsEntry.exists(source=source):
        return False
    moves = Moves()
    what = What(customer_id=customer_id, source=source, act=act)
    moves.earn(
        what,
        points,
        unit.today,
        kind=kind,
        qualifying=qualifying,
        pending_days=pending_days,
        lifetime_months=lifetime_months,
    )
    await write(unit, moves)
    if not pending_days and any(lot.remaining < 0 for lot in lots):
        await _make_up(unit, customer_id, source)
    return True


async def take_back(unit: Unit, *, customer_id: int, source: str) -> int:
    """Take back what was given for a source, less what of it has expired; gives how many, 0 if it was done before.

    What has been spent of it is owed: new points make up for it first.
    """
    await lock_accounts([customer_id])
    lot = await PointLot.get_or_none(entry__source=source, customer_id=customer_id).select_related("entry")
    back = taken_back(source)
    if lot is None or lot.earned == lot.expired or await PointsEntry.exists(source=back):
        return 0
    moves = Moves()
    taken: int = lot.earned - lot.expired
    moves.take_back(
        What(customer_id=customer_id, source=back, act=lot.entry.act),
        lot.id,
        taken,
        qualifying=lot.entry.qualifying,
        is_pending=lot.state is LotState.PENDING,
    )
    await write(unit, moves)
    return taken


def taken_back(source: str) -> str:
    """Name what undoes a movement."""
    return f"{source}:back"


async def spend(
    unit: Unit, *, customer_id: int, points: int, source: str, kind: PointsKind = PointsKind.REDEEMED
) -> None:
    """Take points, from the lots that expire first. The source is new: the caller made it.

    Raises `NotEnoughPoints`.
    """
    lots = await locked_lots(customer_id)
    lots = [
        lot for lot in lots if lot.remaining < 0 or lot.expires_on >= unit.today
    ]  # Its night may not have come yet.
    parts, moves = spent(lots, points), Moves()
    if any(lot.remaining < 0 for lot in lots):
        moved = filled(lots)
        moves.fill(What(customer_id=customer_id, source=f"{source}:filled"), moved)
        parts = spent(after(lots, moved), points)
    moves.move(What(customer_id=customer_id, source=source), kind, parts)
    await write(unit, moves)


async def give_back(unit: Unit, *, customer_id: int, source: str) -> int:
    """Put back what was spent for a source, into the lots that it came from; gives how many, 0 if it was done before.

    What came from a lot that has expired meanwhile, or will soon, can be spent for some weeks, once: it is a lot of its own.
    """
    await lock_accounts([customer_id])
    back = taken_back(source)
    taken = await PointsPosting.filter(
        entry__source=source, entry__kind=PointsKind.REDEEMED, side=PointsSide.HELD, customer_id=customer_id
    ).select_related("lot")
    if not taken or await PointsEntry.exists(source=back):
        return 0
    moves, parts, ending = Moves(), list[Part](), 0
    until = returned_until(unit.today)
    for posting in taken:
        if posting.lot.expires_on < until and posting.lot.remaining >= 0 and not posting.lot.is_returned:
            ending -= posting.points
        else:
            parts.append(Part(posting.lot.id, -posting.points))
    if parts:
        moves.move(What(customer_id=customer_id, source=back), PointsKind.RETURNED, parts)
    if ending:
        name = f"{back}:late" if parts else back
        moves.come_back(What(customer_id=customer_id, source=name), ending, until)
    await write(unit, moves)
    return ending + sum(part.points for part in parts)


async def check_may_spend(customer_id: int) -> None:
    """Let somebody spend points who is late with nothing. Raises `SpendingFrozen`."""
    if await is_frozen(customer_id):
        raise SpendingFrozen


async def is_frozen(customer_id: int) -> bool:
    """Say whether somebody is late with something: he spends no points meanwhile."""
    return await Loan.exists(customer_id=customer_id, days_past_due__gt=0)


async def lock_accounts(customer_ids: Collection[int]) -> None:
    """Lock the points of customers, one after the other: nobody else moves them until the unit is over."""
    locked = await fetch_rows(get_connection("default"), sql.LOCK_ACCOUNTS, _chosen(customer_ids))
    assert len(locked) == len(set(customer_ids)), "every customer has a points account"


async def lots_of(customer_ids: Collection[int]) -> dict[int, list[PointLot]]:
    """Give the lots of customers of which something is left or owed, those that expire first before the others."""
    lots = defaultdict[int, list[PointLot]](list)
    for row in await fetch_rows(get_connection("default"), sql.LOTS_OF, _chosen(customer_ids)):
        lots[row["customer_id"]].append(PointLot._init_from_db(**row))
    return lots


def _chosen(customer_ids: Collection[int]) -> dict[str, Any]:
    return {"chosen": as_rows({"customer_id": customer_id} for customer_id in sorted(customer_ids))}


async def locked_lots(customer_id: int) -> list[Lot]:
    """Lock a customer's points; gives the lots from which some can be spent, or of which some are owed."""
    await lock_accounts([customer_id])
    found = (await lots_of([customer_id]))[customer_id]
    return [Lot(lot.id, lot.remaining, lot.expires_on) for lot in found if lot.state is not LotState.PENDING]


async def write(unit: Unit, moves: Moves) -> None:
    """Write movements of points."""
    values = {**moves.values(), "now": unit.now, "today": unit.today, "repayment_id": None}
    await write_together(get_connection("default"), moves.statements(), values)


def after(lots: list[Lot], moved: list[Part]) -> list[Lot]:
    """Give lots as they are once parts have moved."""
    change = {part.lot_id: part.points for part in moved}
    return [lot._replace(remaining=lot.remaining + change.get(lot.id, 0)) for lot in lots]


async def _make_up(unit: Unit, customer_id: int, source: str) -> None:
    moves = Moves()
    moves.fill(What(customer_id=customer_id, source=f"{source}:filled"), filled(await locked_lots(customer_id)))
    await write(unit, moves)
