"""Points that a member of staff gives or takes."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

import models
from resolvers.loyalty import adjustments
from rules.loyalty.adjustments import MOST, NothingToAdjust
from rules.loyalty.points import NotEnoughPoints
from rules.people.access import AUDITORS, IN_CHARGE, MANAGERS
from rules.people.reveal import ReasonTooShort
from rules.people.staff import OwnAffairs, SamePerson
from rules.products.states import ProposalStatus
from rules.states import NotPossibleNow
from schema.context import Info
from schema.declarations import (
    Connection,
    Input,
    Node,
    connection,
    filter_of,
    id_of,
    input,
    matches,
    mutation,
    node,
    relation,
    root,
    text,
    token,
    whole,
)

if TYPE_CHECKING:
    from schema.people.customers import Customer
    from schema.people.staff import Staff


@node(models.PointsAdjustment)
class PointsAdjustment(Node):
    """Points given or taken for a stated reason; staff see it, the customer the movement."""

    customer: Customer = relation("customer_id")
    """Whose points."""
    points: int
    """How many are given; less than none: taken."""
    reason: str
    """Why, as it was stated."""
    status: ProposalStatus
    """APPROVED: they have moved; PROPOSED: it waits for another one's approval."""
    needs_another: bool
    """Whether it was more than one person may adjust alone in a day."""
    adjusted_on: date
    """The business date on which it was asked for."""
    proposed_by: Staff | None = relation("proposed_by_id")
    """Who asked for it."""
    decided_by: Staff | None = relation("decided_by_id")
    """Who decided it, never the same person; null before, and where nobody had to."""
    decided_at: datetime | None
    """When it was decided; null likewise."""


@filter_of(models.PointsAdjustment)
class PointsAdjustmentFilter:
    """Narrows a list of adjustments."""

    status: ProposalStatus | None = matches("status")
    """Those that stand here: PROPOSED ones wait for somebody who decides."""


@root
class PointsAdjustmentRoot:
    points_adjustments: Connection[PointsAdjustment] = connection(
        filter=PointsAdjustmentFilter, allow=IN_CHARGE | AUDITORS
    )
    """Points given and taken by hand, oldest first."""


@input
class AdjustPointsInput(Input):
    """Whose points, how many, and why."""

    customer_id: int = id_of(models.Customer)
    """One whom you look after."""
    points: int = whole(-MOST, MOST)
    """How many to give; less than none: to take."""
    reason: str = text(1, 500)
    """Why; whoever audits it reads it."""
    key: str = token(64)
    """Chosen before the first try; send the same again to retry safely."""


@mutation(allow=IN_CHARGE, refusals=(OwnAffairs, ReasonTooShort, NothingToAdjust, NotEnoughPoints))
async def adjust_points(info: Info, input: AdjustPointsInput) -> models.PointsAdjustment:
    """Give points or take some: up to a limit a day at once, beyond it once a manager has approved it."""
    return await adjustments.adjust_points(info.context.viewer, **input.values())


@input
class ApprovePointsAdjustmentInput(Input):
    """Which adjustment."""

    adjustment_id: int = id_of(models.PointsAdjustment)
    """One that somebody else proposed."""
    key: str = token(64)
    """Chosen before the first try; send the same again to retry safely."""


@mutation(allow=MANAGERS, refusals=(OwnAffairs, NotPossibleNow, SamePerson, NotEnoughPoints))
async def approve_points_adjustment(info: Info, input: ApprovePointsAdjustmentInput) -> models.PointsAdjustment:
    """Let the points move that another one proposed to give or take."""
    return await adjustments.approve_points_adjustment(info.context.viewer, **input.values())


@input
class DeclinePointsAdjustmentInput(Input):
    """Which adjustment."""

    adjustment_id: int = id_of(models.PointsAdjustment)
    """One that somebody else proposed."""


@mutation(allow=MANAGERS, refusals=(OwnAffairs, NotPossibleNow, SamePerson))
async def decline_points_adjustment(info: Info, input: DeclinePointsAdjustmentInput) -> models.PointsAdjustment:
    """Leave the points as they are."""
    return await adjustments.decline_points_adjustment(info.context.viewer, **input.values())
