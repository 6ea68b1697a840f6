"""What the points of the house came to: given, spent, expired, and what is still to be had for them."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from tortoise.connection import get_connection

from models import Tier, Viewer
from models.database.handwritten import Values, fetch_one, fetch_rows
from models.loyalty import programme as sql
from resolvers import configured
from rules.books.points_costs import cost_of
from rules.loyalty.kinds import PointsKind
from rules.loyalty.programme import check_time, share


@dataclass(frozen=True, kw_only=True)
class PointsMoved:
    """How many points moved for one reason."""

    kind: PointsKind
    entries: int
    points: int


@dataclass(frozen=True, kw_only=True)
class LevelMoves:
    """Who has a level now, and how many came to it in a time."""

    tier: Tier
    members: int
    reached: int
    dropped: int


@dataclass(frozen=True, kw_only=True)
class PointsProgramme:
    """What the points of the house came to in a time, and what customers hold now."""

    since: date
    until: date
    moved: list[PointsMoved]
    customers: int
    spendable: int
    pending: int
    owed: int
    liability: Decimal
    currency: str
    ended: int
    ended_unspent: int
    breakage: Decimal | None
    levels: list[LevelMoves]


async def points_programme(viewer: Viewer, *, since: date, until: date) -> PointsProgramme:
    """Sum up all points of the house from one business date to another. Raises `TimeNotAllowed`."""
    check_time(since, until, viewer.today)
    connection, values = get_connection("default"), {"since": since, "until": until}
    moved = {row["kind"]: row for row in await fetch_rows(connection, sql.MOVED, values)}
    held: Any = await fetch_one(connection, sql.HELD, values)
    ended: Any = await fetch_one(connection, sql.ENDED, values)
    cost_of_a_point = configured().cost_of_a_point
    outstanding = held["spendable"] + held["pending"] - held["owed"]
    return PointsProgramme(
        since=since,
        until=until,
        moved=[_moved(kind, moved.get(kind)) for kind in PointsKind],
        customers=held["customers"],
        spendable=held["spendable"],
        pending=held["pending"],
        owed=held["owed"],
        liability=cost_of(outstanding, cost_of_a_point.amount),
        currency=cost_of_a_point.currency,
        ended=ended["earned"],
        ended_unspent=ended["expired"],
        breakage=share(ended["expired"], ended["earned"]),
        levels=await _levels(values),
    )


async def _levels(values: Values) -> list[LevelMoves]:
    counted = {row.pop("tier_id"): row for row in await fetch_rows(get_connection("default"), sql.LEVELS, values)}
    return [LevelMoves(tier=tier, **counted[tier.id]) for tier in await Tier.all().order_by("rank")]


def _moved(kind: PointsKind, row: dict[str, Any] | None) -> PointsMoved:
    return PointsMoved(kind=kind, entries=row["entries"] if row else 0, points=row["points"] if row else 0)
