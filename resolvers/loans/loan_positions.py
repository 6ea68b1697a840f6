"""A loan as of any day, worked out to the cent from what happened to it."""

from datetime import date

from tortoise.connection import get_connection

from models import Viewer
from models.loans import bookings as sql
from resolvers.loans import replays
from rules.errors import NotFound
from rules.loans.loan_positions import LoanPosition, PositionDateNotAllowed, position_of
from rules.products.due_dates import add_months

FURTHEST_MONTHS = 12 * 50


async def loan_position(viewer: Viewer, *, loan_id: int, as_of: date | None = None) -> LoanPosition:
    """Give a loan as of a day (today if none is said), in two statements.

    For a day to come it is what will be if nothing happens until then. Raises `NotFound`, also for a loan that was not
    paid out and to a guarantor; `PositionDateNotAllowed`.
    """
    stored = await sql.seen(get_connection("default"), viewer, loan_id)
    opened_on = stored.loan.opened_on
    if opened_on is None:
        raise NotFound
    day = as_of or viewer.today
    latest = add_months(viewer.today, FURTHEST_MONTHS)
    if not opened_on <= day <= latest:
        raise PositionDateNotAllowed(opened_on, latest)
    return position_of(replays.replayed(stored, day), day)
