"""What a new day brings about for points: those that are final can be spent, those whose last day is over expire.

Only customers for whom the day has something to do are touched, in chunks, each a transaction: what was done stays done,
and what a crash left undone is done next time. Of one customer all is done at once, always in the same order.
"""

import logging
from collections.abc import Sequence
from datetime import date, timedelta
from typing import NamedTuple

from tortoise.connection import get_connection

from models import PointLot, Viewer
from models.database import transaction
from models.database.handwritten import Statement, fetch_rows, read_date
from models.loyalty import moves as sql
from notifications import outbox
from notifications.loyalty.points import PointsExpiring
from resolvers.loyalty import points
from resolvers.loyalty.moves import Moves, What
from rules.loyalty.kinds import LotState, PointsKind
from rules.loyalty.points import FORGIVEN_AFTER_MONTHS, NOTICE_DAYS, Lot, Part, filled
from rules.products.due_dates import add_months

logger = logging.getLogger(__name__)

CHUNK = 1_000
"""Customers a transaction, at the most: some tenths of a second in which one of them waits to spend."""


class Place(NamedTuple):
    """How far a pass has come."""

    on: date = date.min
    customer_id: int = 0


async def catch_points_up(viewer: Viewer, today: date) -> int:
    """Do what the open day brings about for points; gives for how many customers."""
    done = 0
    for which in (sql.TO_ACTIVATE, sql.TO_EXPIRE, sql.TO_SETTLE):
        place: Place | None = Place()
        while place is not None:
            place, more = await _next(viewer, which, place, today)
            done += more
    return done


async def _next(viewer: Viewer, which: Statement, place: Place, today: date) -> tuple[Place | None, int]:
    """Work off the customers of the next lots; gives how far that came, None at the end, and for how many customers."""
    until = add_months(today, -FORGIVEN_AFTER_MONTHS)
    values = {"today": today, "until": until, "after_on": place.on, "after": place.customer_id, "batch": CHUNK}
    due = await fetch_rows(get_connection("default"), which, values)
    if not due:
        return None, 0
    customer_ids = {lot["customer_id"] for lot in due}
    try:
        await _work_off(viewer, customer_ids)
    except Exception:
        logger.exception("what the day brings about for points is refused, and done one by one")
        for customer_id in sorted(customer_ids):
            try:
                await _work_off(viewer, {customer_id})
            except Exception:
                logger.exception("what the day brings about for the points of customer %s is refused", customer_id)
    last = due[-1]
    return Place(read_date(last["on"]), last["customer_id"]), len(customer_ids)


async def _work_off(viewer: Viewer, customer_ids: set[int]) -> None:
    """Write what the day brings about for the points of some customers."""
    async with transaction(viewer, "end_of_day") as unit:
        moves = Moves()
        await points.lock_accounts(customer_ids)
        for customer_id, own in (await points.lots_of(customer_ids)).items():
            moves.add(brought_about(customer_id, own, unit.today))
        if moves.moved:
            await points.write(unit, moves)


def _source_of_fill(lots: Sequence[Lot]) -> str:
    """Name a making up by what it makes up for: the first lot that owes something owes less from then on."""
    owed = min((lot for lot in lots if lot.remaining < 0), key=lambda lot: (lot.expires_on, lot.id))
    return f"Filled:{owed.id}:{-owed.remaining}"


def brought_about(customer_id: int, lots: Sequence[PointLot], today: date) -> Moves:
    """Say what a day does to one customer's points: activate, make up for what is owed, expire, forgive."""
    moves, can_be_spent = Moves(), list[Lot]()
    for lot in lots:
        if lot.state is LotState.PENDING:
            if lot.activates_on is None or lot.activates_on > today:
                continue
            moves.activate(What(customer_id=customer_id, source=f"Activated:{lot.id}"), lot.id, lot.remaining)
        can_be_spent.append(Lot(lot.id, lot.remaining, lot.expires_on))
    if any(lot.remaining < 0 for lot in can_be_spent) and (parts := filled(can_be_spent)):
        moves.fill(What(customer_id=customer_id, source=_source_of_fill(can_be_spent)), parts)
        can_be_spent = points.after(can_be_spent, parts)
    for left in can_be_spent:
        if left.remaining > 0 and left.expires_on < today:
            what = What(customer_id=customer_id, source=f"Expired:{left.id}:{today}")
            moves.move(what, PointsKind.EXPIRED, [Part(left.id, -left.remaining)])
    since = add_months(today, -FORGIVEN_AFTER_MONTHS)
    owed = {lot.id for lot in lots if lot.owed_since is not None and lot.owed_since <= since}
    for left in can_be_spent:
        if left.remaining < 0 and left.id in owed:
            what = What(customer_id=customer_id, source=f"Forgiven:{left.id}:{today}")
            moves.move(what, PointsKind.FORGIVEN, [Part(left.id, -left.remaining)])
    return moves


async def tell_points_expire(viewer: Viewer, today: date) -> None:
    """Tell the owners of points that expire soon, once for each day of notice."""
    for days in NOTICE_DAYS:
        last_on, after = today + timedelta(days=days), 0
        while after := await _tell(viewer, last_on, after):
            pass


async def _tell(viewer: Viewer, last_on: date, after: int) -> int:
    """Say to the next customers how many points expire on a day, once; gives the last of them, 0 at the end."""
    async with transaction(viewer, "tell_expiry") as unit:
        values = {"until": last_on, "after": after, "batch": CHUNK}
        due = await fetch_rows(get_connection("default"), sql.EXPIRING, values)
        told = [PointsExpiring(customer_id=each["customer_id"], points=each["points"], last_on=last_on) for each in due]
        keys = [f"PointsExpiring:{each.customer_id}:{last_on}:{unit.today}" for each in told]
        await outbox.record_once(list(zip(told, keys, strict=True)))
        return due[-1]["customer_id"] if due else 0
