"""A loan as of any day, worked out to the cent from what happened to it."""

from dataclasses import dataclass
from datetime import date

from tortoise.connection import get_connection

from models import Viewer
from models.loans import bookings as sql
from models.loans.stored import Stored
from resolvers.loans import replays
from rules.errors import NotFound
from rules.loans.loan_positions import LoanPosition, PositionDateNotAllowed, ScheduleVersion, position_of, schedules_of
from rules.products.due_dates import add_months

FURTHEST_MONTHS = 12 * 50


async def loan_position(viewer: Viewer, *, loan_id: int, as_of: date | None = None) -> LoanPosition:
    """Give a loan as of a day (today if none is said), in two statements.

    For a day to come it is what will be if nothing happens until then. Raises `NotFound`, also for a loan that was not
    paid out and to a guarantor; `PositionDateNotAllowed`.
    """
    stored, opened_on = await _seen(viewer, loan_id)
    day = as_of or viewer.today
    latest = add_months(viewer.today, FURTHEST_MONTHS)
    if not opened_on <= day <= latest:
        raise PositionDateNotAllowed(opened_on, latest)
    return position_of(replays.replayed(stored, day), day)


@dataclass(frozen=True)
class LoanSchedules:
    """Every schedule that a loan has had."""

    versions: tuple[ScheduleVersion, ...]


async def loan_schedules(viewer: Viewer, *, loan_id: int) -> LoanSchedules:
    """Give every schedule that a loan has had until today, in two statements. Raises `NotFound`, as `loan_position`."""
    stored, _ = await _seen(viewer, loan_id)
    return LoanSchedules(schedules_of(replays.terms_of(stored), replays.events_of(stored), viewer.today))


async def _seen(viewer: Viewer, loan_id: int) -> tuple[Stored, date]:
    """Read a loan that was paid out; gives the day of that, too. Raises `NotFound`."""
    stored = await sql.seen(get_connection("default"), viewer, loan_id)
    if stored.loan.opened_on is None:
        raise NotFound
    return stored, stored.loan.opened_on
