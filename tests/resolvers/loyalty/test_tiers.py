import asyncio
from datetime import timedelta

import pytest

from models import Reward, Tier, TierLevel, TierPlan
from resolvers.loyalty.tiers import approve_tier_plan, begin_tier_plans, decline_tier_plan, propose_tier_plan
from rules.errors import NotFound
from rules.loyalty.tiers import Level, LevelsOutOfOrder, PlanDateNotAllowed, ThresholdsNotAscending
from rules.people.staff import SamePerson
from rules.products.states import ProposalStatus
from rules.states import NotPossibleNow
from tests import levels, make, rewarding

BASIC, SILVER, GOLD = levels.LEVELS


async def in_force() -> list[tuple[str, int, int]]:
    return [(tier.code, tier.rank, tier.threshold) for tier in await Tier.all().order_by("rank")]


async def test_a_plan_holds_once_another_manager_has_approved_it(db):
    first, second = await make.two_managers()
    await Tier.filter(code="GOLD").delete()
    proposed = await propose_tier_plan(first, valid_from=make.TODAY, levels=levels.LEVELS)
    assert await in_force() == [("BASIC", 1, 0)]
    with pytest.raises(SamePerson):
        await approve_tier_plan(first, plan_id=proposed.id)
    assert await in_force() == [("BASIC", 1, 0)]
    approved = await approve_tier_plan(second, plan_id=proposed.id)
    assert (approved.status, approved.is_current) == (ProposalStatus.APPROVED, True)
    assert await in_force() == [("BASIC", 1, 0), ("SILVER", 2, 50), ("GOLD", 3, 100)]
    gold = await Tier.get(code="GOLD")
    assert (gold.points_percent, gold.rate_discount_bp, gold.review_days) == (150, 20, 1)
    with pytest.raises(NotPossibleNow):
        await approve_tier_plan(second, plan_id=proposed.id)


async def test_a_plan_of_a_later_day_waits_for_it(db):
    later = make.TODAY + timedelta(days=5)
    await levels.plan()
    higher = Level(code="SILVER", name_zh="银卡会员", name_en="Silver", threshold=80)
    between = Level(code="JADE", name_zh="翡翠会员", name_en="Jade", threshold=90)
    plan = await levels.plan(BASIC, higher, between, GOLD, valid_from=later)
    assert await begin_tier_plans(make.system(), later - timedelta(days=1)) == 0
    assert (await Tier.get(code="SILVER")).threshold == 50
    await make.pass_until(later)
    assert await in_force() == [("BASIC", 1, 0), ("SILVER", 2, 80), ("JADE", 3, 90), ("GOLD", 4, 100)]
    assert (await TierPlan.get(is_current=True)).id == plan.id
    assert await begin_tier_plans(make.system(), later) == 0
    assert await TierLevel.filter(code="SILVER").order_by("id").values_list("threshold", flat=True) == [50, 80]


async def test_a_plan_that_was_declined_never_holds(db):
    first, second = await make.two_managers()
    proposed = await propose_tier_plan(first, valid_from=make.TODAY, levels=levels.LEVELS)
    declined = await decline_tier_plan(second, plan_id=proposed.id)
    assert declined.status is ProposalStatus.DECLINED
    assert await begin_tier_plans(make.system(), make.TODAY) == 0
    assert not await Tier.exists(code="SILVER")


async def test_what_cannot_hold_is_not_even_proposed(db):
    first, _ = await make.two_managers()
    await levels.plan()
    before = await make.everything()
    tomorrow = make.TODAY + timedelta(days=1)
    for refusal, day, said in (
        (ThresholdsNotAscending, tomorrow, (BASIC, GOLD.__class__(**{**vars(SILVER), "threshold": 100}), GOLD)),
        (LevelsOutOfOrder, tomorrow, (BASIC, GOLD)),
        (LevelsOutOfOrder, tomorrow, (BASIC, GOLD, SILVER)),
        (PlanDateNotAllowed, make.TODAY, levels.LEVELS),
    ):
        with pytest.raises(refusal):
            await propose_tier_plan(first, valid_from=day, levels=said)
    with pytest.raises(NotFound):
        await approve_tier_plan(first, plan_id=999)
    assert await make.everything() == before


async def test_of_two_who_approve_plans_at_once_one_plan_is_in_force(db):
    first, second = await make.two_managers()
    plans = [await propose_tier_plan(first, valid_from=make.TODAY, levels=levels.LEVELS) for _ in range(2)]
    answers = await asyncio.gather(
        *(approve_tier_plan(second, plan_id=plan.id) for plan in plans), return_exceptions=True
    )
    assert sorted(type(answer).__name__ for answer in answers) == ["PlanDateNotAllowed", "TierPlan"]
    assert await TierPlan.filter(is_current=True).count() == 1
    assert await Tier.filter(code="SILVER").count() == 1


async def test_a_level_that_comes_between_leaves_rewards_to_those_whom_they_were_for(db):
    await levels.plan()
    gold, silver = await Tier.get(code="GOLD"), await Tier.get(code="SILVER")
    for_gold = await rewarding.reward(minimum_rank=gold.rank)
    for_silver = await rewarding.reward(minimum_rank=silver.rank)
    basic, low, high = levels.LEVELS
    between = Level(code="MID", name_zh="中级会员", name_en="Mid", threshold=75)
    await make.pass_until(make.TODAY + timedelta(days=1))
    await levels.plan(basic, low, between, high)
    assert (await Tier.get(code="GOLD")).rank == gold.rank + 1
    assert (await Reward.get(id=for_gold.id)).minimum_rank == gold.rank + 1
    assert (await Reward.get(id=for_silver.id)).minimum_rank == silver.rank
