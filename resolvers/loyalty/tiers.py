"""Levels of loyalty, and the plans that say what each takes and brings: proposed by one manager, approved by another."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, timedelta

from models import Reward, Tier, TierLevel, TierPlan, Viewer
from models.database import Unit, locked, one_at_a_time, transaction
from resolvers.products.proposals import DECIDED, decided
from rules.loyalty.tiers import WINDOW_MONTHS, Level, check_plan
from rules.products.states import ProposalStatus


async def create_first_tier(viewer: Viewer) -> Tier:
    """Make the level in which everybody starts; if there are levels, gives the lowest."""
    async with transaction(viewer, "create_first_tier") as unit:
        lowest = await Tier.all().order_by("rank").first()
        tier = lowest or await Tier.create(code="BASIC", rank=1, name_zh="普通会员", name_en="Basic")
        unit.subject = tier
        return tier


async def propose_tier_plan(
    viewer: Viewer, *, valid_from: date, levels: Sequence[Level], window_months: int = WINDOW_MONTHS
) -> TierPlan:
    """Propose all levels from a day on, the lowest first.

    Raises `PlanDateNotAllowed`, `LevelsOutOfOrder`, `ThresholdsNotAscending`.
    """
    async with transaction(viewer, "propose_tier_plan") as unit:
        await _check(levels, valid_from, unit.today)
        unit.subject = plan = await TierPlan.create(
            status=ProposalStatus.PROPOSED,
            valid_from=valid_from,
            window_months=window_months,
            proposed_by_id=viewer.staff_id,
        )
        await TierLevel.bulk_create(
            [TierLevel(plan_id=plan.id, rank=rank, **asdict(level)) for rank, level in enumerate(levels, start=1)]
        )
        return plan


async def approve_tier_plan(viewer: Viewer, *, plan_id: int) -> TierPlan:
    """Let a plan hold from its day on, or from today if that is over: who has a level keeps it for its year.

    Raises `NotFound`, `NotPossibleNow`, `SamePerson`, and what proposing it would today.
    """
    async with transaction(viewer, "approve_tier_plan") as unit:
        await one_at_a_time("tier plans")
        plan = await decided(unit, TierPlan, plan_id, ProposalStatus.APPROVED)
        plan.valid_from = max(plan.valid_from, unit.today)
        levels = [row.level for row in await TierLevel.filter(plan_id=plan.id).order_by("rank")]
        await _check(levels, plan.valid_from, unit.today)
        await plan.save(update_fields=[*DECIDED, "valid_from"])
        if plan.valid_from == unit.today:
            await _begin(unit, plan)
        return plan


async def decline_tier_plan(viewer: Viewer, *, plan_id: int) -> TierPlan:
    """Leave levels as they are. Raises `NotFound`, `NotPossibleNow`, `SamePerson`."""
    async with transaction(viewer, "decline_tier_plan") as unit:
        plan = await decided(unit, TierPlan, plan_id, ProposalStatus.DECLINED)
        await plan.save(update_fields=DECIDED)
        return plan


async def begin_tier_plans(viewer: Viewer, today: date) -> int:
    """Let the plan hold whose day has come; gives how many began."""
    current = await TierPlan.get_or_none(is_current=True)
    since = date.min if current is None else current.valid_from
    due = TierPlan.filter(status=ProposalStatus.APPROVED, valid_from__gt=since, valid_from__lte=today)
    waiting = await due.order_by("-valid_from").first()
    if waiting is None:
        return 0
    async with transaction(viewer, "begin_tier_plan") as unit:
        unit.subject = plan = await locked(TierPlan, viewer, waiting.id)
        if not plan.is_current:
            await _begin(unit, plan)
        return 1


async def _check(levels: Sequence[Level], valid_from: date, today: date) -> None:
    known = [tier.code for tier in await Tier.all().order_by("rank")]
    last = await TierPlan.filter(status=ProposalStatus.APPROVED).order_by("-valid_from").first()
    earliest = today if last is None else max(today, last.valid_from + timedelta(days=1))
    check_plan(levels, known, valid_from, earliest)


async def _begin(unit: Unit, plan: TierPlan) -> None:
    """Make its levels those in force. From the highest down: where one comes between, the ranks above it move up."""
    assert plan.valid_from <= unit.today, "its day has come"
    known = {tier.code: tier for tier in await Tier.all()}
    moved = dict[int, int]()
    for row in await TierLevel.filter(plan_id=plan.id).order_by("-rank"):
        said = {**asdict(row.level), "rank": row.rank}
        if row.code in known:
            moved[known[row.code].rank] = row.rank
            await Tier.filter(id=known[row.code].id).update(**said)
        else:
            await Tier.create(**said)
    for before, rank in moved.items():  # What a reward asks for is a level, wherever it stands.
        if before != rank:
            await Reward.filter(minimum_rank=before).update(minimum_rank=rank)
    await TierPlan.filter(is_current=True).update(is_current=False)
    plan.is_current, plan.looked_on = True, None
    await plan.save(update_fields=["is_current", "looked_on"])
