"""What a new day brings about for loans: kept credit pays what falls due, penalties are billed, lateness is counted.

Only loans for which time has something to do are touched, in chunks, each a transaction: what was done stays done, and
what a crash left undone is done next time. A loan that somebody pays meanwhile is brought up to date by the payment.
"""

import logging
from collections.abc import Callable
from datetime import date

from tortoise import Tortoise
from tortoise.expressions import Q

from models import Loan, Viewer
from models.database import Unit, transaction
from models.database.handwritten import write_together
from models.loans.stored import Stored
from notifications import outbox
from notifications.events import Event
from resolvers.loans import bookings, projections, replays
from resolvers.loans.projections import Rebooked

logger = logging.getLogger(__name__)

CHUNK = 500
"""Loans a transaction: some tenths of a second in which a payment on one of them waits."""

Place = tuple[date, int]
"""How far a pass has come: the day on which a loan was to be looked at, and its id."""


Tell = Callable[[date, int, int], None]
"""Hears of the progress: of which day, how many loans are done, and of how many."""


def silent(on: date, done: int, total: int) -> None:
    """Tell nobody."""


async def catch_loans_up(viewer: Viewer, today: date, tell: Tell = silent) -> int:
    """Do what the open day brings about for every loan; gives for how many.

    A loan that cannot be worked out is logged and left as it is; the next run tries it again.
    """
    done, place = 0, (date.min, 0)
    total = await _left(today, place)
    while await _left(today, place):
        place, more = await _next(viewer, place, CHUNK)
        done += more
        tell(today, done, max(total, done))
    return done


async def _next(viewer: Viewer, place: Place, batch: int) -> tuple[Place, int]:
    """Work off the next loans, at most so many; gives how far that came, and how many were done.

    What the database refuses for one of them is written for the others one by one.
    """
    reached = place
    try:
        async with transaction(viewer, "end_of_day") as unit:
            loans = await replays.due_loans(Tortoise.get_connection("default"), unit.today, place, batch)
            reached = max(((each.loan.next_action_on or unit.today, each.loan.id) for each in loans), default=place)
            return reached, await _work_off(unit, loans)
    except Exception:
        if reached == place:  # No loan was read: it is no loan's fault.
            raise
        if batch == 1:
            logger.exception("what the day brings about for loan %s is refused", reached[1])
            return reached, 0
    done = 0
    while place < reached:
        before, (place, more) = place, await _next(viewer, place, 1)
        if place == before:  # Somebody else has brought the rest up to date.
            break
        done += more
    return reached, done


async def _left(today: date, place: Place) -> int:
    on, id = place
    later = Q(next_action_on__gt=on, next_action_on__lte=today) | Q(next_action_on=on, id__gt=id)
    return await Loan.filter(later).count()


async def _work_off(unit: Unit, loans: list[Stored]) -> int:
    """Write what the day brings about for loans that are locked; gives for how many."""
    together, done, told = Rebooked(), 0, list[Event]()
    for stored in loans:
        before = stored.loan.status
        try:
            changes = replays.repriced(stored, unit.today)
            ledger = replays.replayed(stored, unit.today, *changes)
            source = f"EndOfDay:{unit.today}:Loan:{stored.loan.id}"
            together.add(await projections.rebook(stored, ledger, unit.today, role=unit.viewer.role, source=source))
            together.changes += projections.rate_changes(stored, changes)
            told += bookings.settled(stored.loan, before)
            done += 1
        except Exception:
            logger.exception("loan %s cannot be worked out as of %s", stored.loan.id, unit.today)
    if statements := together.statements():
        values = {"now": unit.now, "today": unit.today, **together.values()}
        await write_together(Tortoise.get_connection("default"), statements, values)
    for event in told:
        await outbox.record(event)
    return done
