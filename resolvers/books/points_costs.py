"""What the points that moved on a day cost us: in the books at its end."""

from tortoise.connection import get_connection

from models.database import Unit
from models.database.handwritten import Statement, fetch_one
from resolvers import configured
from resolvers.books import journal
from rules.books.accounts import AccountCode
from rules.books.points_costs import cost_of

_POINTS = Statement(
    "points_entry",
    "SELECT CAST(COALESCE(SUM(spendable + pending), 0) AS BIGINT) AS points FROM points_entry WHERE booked_on = :today",
    {"today": "date"},
)


async def book(unit: Unit) -> None:
    """Book the cost of the points that were given and taken back today, in one entry."""
    moved = await fetch_one(get_connection("default"), _POINTS, {"today": unit.today})
    cost_of_a_point = configured().cost_of_a_point
    cost = cost_of(moved["points"] if moved else 0, cost_of_a_point.amount)
    if cost:
        await journal.post(
            unit,
            source=f"PointsCost:{unit.today}",
            currency=cost_of_a_point.currency,
            amounts={AccountCode.POINTS_EXPENSE: cost, AccountCode.POINTS_LIABILITY: -cost},
            customer_id=None,
            loan_id=None,
        )
