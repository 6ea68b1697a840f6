"""Levels: plans that say what each takes and brings, who has which, and how a customer stands."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import models
from resolvers.loyalty import tier_standings, tiers
from rules.loyalty.rate_discounts import MOST_BP
from rules.loyalty.tiers import Level, LevelsOutOfOrder, PlanDateNotAllowed, ThresholdsNotAscending, TierReason
from rules.people.access import ALL_STAFF, AUDITORS, CUSTOMERS, IN_CHARGE, MANAGERS
from rules.people.kinds import in_language
from rules.people.staff import SamePerson
from rules.products.states import ProposalStatus
from rules.states import NotPossibleNow
from schema.context import Info
from schema.declarations import (
    LOCALE,
    Connection,
    Input,
    Node,
    children,
    computed,
    connection,
    day,
    filter_of,
    id_of,
    input,
    list_of,
    matches,
    mutation,
    node,
    query,
    relation,
    root,
    text,
    token,
    value,
    whole,
)

if TYPE_CHECKING:
    from schema.loyalty.points import Tier
    from schema.people.staff import Staff


@node(models.TierLevel)
class TierLevel(Node):
    """A level of a plan."""

    code: str
    """Short and stable, such as GOLD: the level that it is, or becomes."""
    rank: int
    """The higher the better; the lowest is 1."""
    name: str = computed(in_language, "name_zh", "name_en", LOCALE)
    """In the viewer's language."""
    threshold: int
    """How many qualifying points it takes."""
    points_percent: int
    """What earns points earns this much of them: 100 is once."""
    rate_discount_bp: int
    """Basis points off the rate of a new loan, where the product allows it."""
    fee_waiver_percent: int
    """How much is waived of the fees that are asked for when a new loan begins, in percent."""
    review_days: int | None
    """Within how many business days an application is reviewed; null: as usual."""
    grants_named_officer: bool
    """Whether its customers can have an officer of their own."""
    priority: int
    """The higher, the sooner its customers are served; 0 is as everybody."""


@node(models.TierPlan)
class TierPlan(Node):
    """All levels from a day on: proposed by one person, decided by another."""

    status: ProposalStatus
    """Where it stands."""
    valid_from: date
    """The first day on which it holds."""
    window_months: int
    """For so many months points count towards a level."""
    is_current: bool
    """Whether it is the plan in force."""
    levels: list[TierLevel] = children(via="plan_id", order_by="rank")
    """The lowest first."""
    created_at: datetime
    """When it was proposed."""
    proposed_by: Staff | None = relation("proposed_by_id")
    """Who proposes it."""
    decided_by: Staff | None = relation("decided_by_id")
    """Who decided it, never the same person; null before."""
    decided_at: datetime | None
    """When it was decided; null before."""


@filter_of(models.TierPlan)
class TierPlanFilter:
    """Narrows a list of plans."""

    status: ProposalStatus | None = matches("status")
    """Those that stand here: PROPOSED ones wait for somebody who decides."""


@root
class TierPlanRoot:
    tier_plans: Connection[TierPlan] = connection(filter=TierPlanFilter, allow=ALL_STAFF)
    """What was proposed of levels, oldest first."""


@node(models.TierMembership)
class TierMembership(Node):
    """That a customer has or had a level."""

    tier: Tier = relation("tier_id")
    """Which."""
    reason: TierReason
    """Why he has it."""
    qualifying_points: int
    """How many qualifying points he had when it began."""
    valid_from: date
    """Since when."""
    valid_to: date | None
    """Until when he has it in any case; after that there are weeks of grace. Null for the lowest."""
    ended_on: date | None
    """The first day on which he had another; null while he has it."""


@value(tier_standings.TierStanding)
class TierStandingSuccess:
    """How a customer stands with his level."""

    tier: Tier
    """The level he has."""
    qualifying_points: int
    """His points that count for it: those of the last `windowMonths`, spent or not."""
    window_months: int
    """For so many months points count."""
    valid_to: date | None
    """Until when he has it in any case; null for the lowest, which nobody loses."""
    next_tier: Tier | None
    """The level above; null where there is none."""
    missing_points: int | None
    """How many points it takes beyond those he has; null where there is none above."""
    missing: str | None
    """The same in words, in the viewer's language; null where nothing is missing."""
    ends_on: date | None
    """By then `pointsToKeep` have to be earned, or he goes down one level; null while nothing of the kind is near."""
    points_to_keep: int | None
    """How many; null while nothing of the kind is near."""
    ending: str | None
    """The same in words, in the viewer's language."""
    perks_suspended_on: date | None
    """Since when what his level brings is suspended; null while he has it."""
    perks_suspended: str | None
    """Why, and what brings it back, in the viewer's language; null while he has it."""


@input
class TierStandingInput(Input):
    """Whose."""

    customer_id: int | None = id_of(models.Customer)
    """For staff: a customer of theirs. Customers name nobody."""


@query(allow=CUSTOMERS | IN_CHARGE | AUDITORS, refusals=())
async def tier_standing(info: Info, input: TierStandingInput) -> tier_standings.TierStanding:
    """Say which level somebody has, what is missing to the next, and whether it may end."""
    return await tier_standings.tier_standing(info.context.viewer, **input.values())


@input
class TierLevelInput(Input):
    """What a level takes, and what it brings."""

    code: str = token(20)
    """Short and stable, such as GOLD; a new one makes a new level."""
    name_zh: str = text(1, 50)
    """As customers read it in Chinese."""
    name_en: str = text(1, 50)
    """As customers read it in English."""
    threshold: int = whole(0, 1_000_000)
    """How many qualifying points it takes; none for the first."""
    points_percent: int | None = whole(100, 1_000)
    """What earns points earns this much of them; 100, which is once, if nothing is said."""
    rate_discount_bp: int | None = whole(0, MOST_BP)
    """Basis points off the rate of a new loan, where the product allows it; none if nothing is said."""
    fee_waiver_percent: int | None = whole(0, 100)
    """How much is waived of the fees that are asked for when a new loan begins, in percent; nothing if nothing is said."""
    review_days: int | None = whole(1, 30)
    """Within how many business days an application is reviewed; as usual if nothing is said."""
    grants_named_officer: bool | None
    """Whether its customers can have an officer of their own; not, if nothing is said."""
    priority: int | None = whole(0, 100)
    """The higher, the sooner its customers are served; 0, as everybody, if nothing is said."""


@input
class ProposeTierPlanInput(Input):
    """All levels from a day on."""

    valid_from: date = day()
    """Today or later, and after the day of every plan that was approved."""
    levels: list[TierLevelInput] = list_of(TierLevelInput, 20)
    """The lowest first; those that there are, all of them, in the order that they have."""
    window_months: int | None = whole(1, 60)
    """For so many months points count; 12 if nothing is said."""


@mutation(allow=MANAGERS, refusals=(PlanDateNotAllowed, LevelsOutOfOrder, ThresholdsNotAscending))
async def propose_tier_plan(info: Info, input: ProposeTierPlanInput) -> models.TierPlan:
    """Propose what levels take and bring; another manager decides."""
    said: dict[str, Any] = {name: sent for name, sent in input.values().items() if sent is not None}
    levels = [Level(**{name: sent for name, sent in level.items() if sent is not None}) for level in said["levels"]]
    return await tiers.propose_tier_plan(info.context.viewer, **{**said, "levels": levels})


@input
class ApproveTierPlanInput(Input):
    """Which plan."""

    plan_id: int = id_of(models.TierPlan)
    """One that somebody else proposed."""


@mutation(
    allow=MANAGERS,
    refusals=(NotPossibleNow, SamePerson, PlanDateNotAllowed, LevelsOutOfOrder, ThresholdsNotAscending),
)
async def approve_tier_plan(info: Info, input: ApproveTierPlanInput) -> models.TierPlan:
    """Let a plan hold from its day on; who has a level keeps it for its year, and who has the points for more goes up."""
    return await tiers.approve_tier_plan(info.context.viewer, **input.values())


@input
class DeclineTierPlanInput(Input):
    """Which plan."""

    plan_id: int = id_of(models.TierPlan)
    """One that somebody else proposed."""


@mutation(allow=MANAGERS, refusals=(NotPossibleNow, SamePerson))
async def decline_tier_plan(info: Info, input: DeclineTierPlanInput) -> models.TierPlan:
    """Leave levels as they are."""
    return await tiers.decline_tier_plan(info.context.viewer, **input.values())
