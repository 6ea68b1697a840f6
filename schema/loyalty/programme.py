"""What the points of the house came to."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from resolvers.loyalty import programme
from rules.loyalty.kinds import PointsKind
from rules.loyalty.programme import TimeNotAllowed
from rules.people.access import AUDITORS, MANAGERS
from schema.context import Info
from schema.declarations import Input, day, input, money, query, value
from schema.money import Money
from schema.scalars import Rate

if TYPE_CHECKING:
    from schema.loyalty.points import Tier


@value(programme.PointsMoved)
class PointsMoved:
    """How many points moved for one reason."""

    kind: PointsKind
    """Why."""
    entries: int
    """How many times."""
    points: int
    """How many, all together; less than none where they went."""


@value(programme.LevelMoves)
class LevelMoves:
    """Who has a level now, and how many came to it in a time."""

    tier: Tier
    """The level."""
    members: int
    """How many customers have it now."""
    reached: int
    """How many came to it from below."""
    dropped: int
    """How many came to it from above."""


@value(programme.PointsProgramme)
class PointsProgrammeSuccess:
    """What the points of the house came to in a time, and what customers hold now."""

    since: date
    """The first business date that is counted."""
    until: date
    """The last one."""
    moved: list[PointsMoved]
    """For each reason, how many moved."""
    customers: int
    """How many customers hold points, wait for some or owe some now."""
    spendable: int
    """What they can spend now."""
    pending: int
    """What waits until what earned it is final."""
    owed: int
    """What was taken back when it had been spent, and is to be made up for."""
    liability: Money = money()
    """What all points that are out would cost us now: spendable and pending, less what is owed."""
    ended: int
    """How many points were earned whose last day fell into the time."""
    ended_unspent: int
    """How many of them expired."""
    breakage: Rate | None
    """The share of them that expired; null where no lot ended."""
    levels: list[LevelMoves]
    """Each level, the lowest first."""


@input
class PointsProgrammeInput(Input):
    """Which time."""

    since: date = day()
    """The first business date."""
    until: date = day()
    """The last one."""


@query(allow=MANAGERS | AUDITORS, refusals=(TimeNotAllowed,))
async def points_programme(info: Info, input: PointsProgrammeInput) -> programme.PointsProgramme:
    """Sum up the points of the house."""
    return await programme.points_programme(info.context.viewer, **input.values())
