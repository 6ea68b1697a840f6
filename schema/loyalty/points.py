"""Points."""

from __future__ import annotations

from datetime import date

import models
from rules.loyalty.kinds import PointsKind
from rules.people.kinds import in_language
from schema.declarations import LOCALE, Node, children, computed, node, relation, root


@node(models.Tier)
class Tier(Node):
    """A level of loyalty."""

    code: str
    """Short and stable, such as BASIC."""
    name: str = computed(in_language, "name_zh", "name_en", LOCALE)
    """In the viewer's language."""
    rank: int
    """The higher the better; the lowest is 1."""
    threshold: int
    """How many qualifying points it takes; they are never spent."""
    points_percent: int
    """What earns points earns this much of them: 100 is once."""
    rate_discount_bp: int
    """Basis points off the rate of a new loan, where the product allows it; a quote says what they come to."""
    review_days: int | None
    """Within how many business days an application is reviewed; null: as usual."""


@root
class TierRoot:
    tiers: list[Tier] = children(order_by="rank")
    """All levels, the lowest first: a promotion may name the one that it is for."""


@node(models.PointsAccount)
class PointsAccount(Node):
    """A customer's points."""

    balance: int
    """What can be spent."""
    tier: Tier = relation("tier_id")
    """The level they have earned him."""


@node(models.PointsEntry)
class PointsEntry(Node):
    """One movement of points."""

    kind: PointsKind
    """Why they moved."""
    points: int
    """What it did to the balance."""
    booked_on: date
    """The business date of the movement."""


@node(models.PointLot)
class PointLot(Node):
    """Points earned together, which expire together."""

    earned: int
    """How many there were at first."""
    expires_on: date
    """The last day on which they can be spent."""
