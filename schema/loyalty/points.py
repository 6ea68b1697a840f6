"""Points."""

from __future__ import annotations

from datetime import date

import models
from rules.loyalty.kinds import Act, LotState, PointsKind
from rules.people.kinds import in_language
from schema.declarations import LOCALE, Node, children, computed, filter_of, matches, node, relation, root


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
    """What a rule gives, times this, is what a customer of this level gets: 100 is once."""
    grants_named_officer: bool
    """Whether its customers can have an officer of their own."""
    priority: int
    """The higher, the sooner its customers are served; 0 is as everybody."""
    rate_discount_bp: int
    """Basis points off the rate of a new loan, where the product allows it; a quote says what they come to."""
    fee_waiver_percent: int
    """How much is waived of the fees that are asked for when a new loan begins, in percent; of other fees nothing is."""
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
    """What can be spent; less than nothing where points were taken back when they had been spent: new ones make up for them."""
    pending: int
    """What can be spent once what earned it is final, such as a payment that may still bounce."""
    tier: Tier = relation("tier_id")
    """The level they have earned him."""


@node(models.PointsEntry)
class PointsEntry(Node):
    """One movement of points."""

    kind: PointsKind
    """Why they moved."""
    act: Act | None
    """What earned them; null for what was not earned by conduct."""
    points: int
    """How many; less than none where they went. Of CAPPED, how many were not given."""
    spendable: int
    """What it did to the balance."""
    pending: int
    """What it did to what is pending."""
    qualifying: int
    """What it did to what counts for the tier, which is never spent: once what earned it is final."""
    booked_on: date
    """The business date of the movement."""


@node(models.PointLot)
class PointLot(Node):
    """Points earned together, which expire together."""

    state: LotState
    """Whether some are left, and can be spent."""
    earned: int
    """How many there were at first."""
    remaining: int
    """How many are left; less than none where they were taken back when they had been spent."""
    activates_on: date | None
    """The day from which they can be spent; null: at once."""
    expires_on: date
    """The last day on which they can be spent."""


@filter_of(models.PointLot)
class PointLotFilter:
    """Narrows a list of lots."""

    state: LotState | None = matches("state")
    """Those that stand so: of OPEN ones, the first expire soonest."""
