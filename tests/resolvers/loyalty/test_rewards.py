"""The catalogue: proposed by one, decided by another, and what a customer can have of it."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from models import Reward
from resolvers.loyalty import rewards
from rules.errors import NotFound
from rules.loans.repayments import CurrencyMismatch
from rules.loyalty.rewards import RewardIncomplete, RewardKind, RewardPeriod
from rules.money import Money
from rules.people.access import Role
from rules.people.staff import SamePerson
from rules.products.states import ProposalStatus
from rules.states import NotPossibleNow
from tests import make, rewarding


async def staff(role: Role):
    return await make.signed_in(await make.staff(role=role))


async def test_a_marketer_proposes_and_a_manager_offers_it(db):
    proposed = await rewards.propose_reward(await staff(Role.MARKETER), rewarding.terms(stock=5))
    assert (proposed.status, proposed.is_offered, proposed.stock) == (ProposalStatus.PROPOSED, False, 5)
    customer = make.viewer(await rewarding.rich())
    assert (await rewards.rewards(customer, only_available=False)).offers == ()
    assert not await Reward.visible_to(customer).exists()
    approved = await rewards.approve_reward(await staff(Role.MANAGER), reward_id=proposed.id)
    assert (approved.status, approved.is_offered) == (ProposalStatus.APPROVED, True)
    (offer,) = (await rewards.rewards(customer, only_available=True)).offers
    assert (offer.reward.id, offer.remaining, offer.is_for_my_tier, offer.is_affordable) == (
        approved.id,
        None,
        True,
        True,
    )


async def test_nobody_decides_what_he_proposed(db):
    manager = await staff(Role.MANAGER)
    proposed = await rewards.propose_reward(manager, rewarding.terms())
    before = await make.everything()
    for decide in (rewards.approve_reward, rewards.decline_reward):
        with pytest.raises(SamePerson):
            await decide(manager, reward_id=proposed.id)
    assert await make.everything() == before
    other = await staff(Role.MANAGER)
    assert (await rewards.decline_reward(other, reward_id=proposed.id)).status is ProposalStatus.DECLINED
    with pytest.raises(NotPossibleNow):
        await rewards.approve_reward(other, reward_id=proposed.id)
    assert not (await Reward.get()).is_offered


async def test_what_makes_no_sense_is_not_proposed(db):
    marketer = await staff(Role.MARKETER)
    before = await make.everything()
    with pytest.raises(RewardIncomplete):
        await rewards.propose_reward(marketer, rewarding.terms(RewardKind.GIFT))
    with pytest.raises(CurrencyMismatch):
        await rewards.propose_reward(marketer, rewarding.terms(worth=Money(Decimal(10), "USD")))
    with pytest.raises(NotFound):
        await rewards.propose_reward(marketer, rewarding.terms(RewardKind.GIFT, partner_id=7))
    assert await make.everything() == before


async def test_what_is_withdrawn_is_offered_no_more(db):
    reward = await rewarding.reward()
    manager = await staff(Role.MANAGER)
    for _ in range(2):
        assert not (await rewards.withdraw_reward(manager, reward_id=reward.id)).is_offered
    customer = make.viewer(await rewarding.rich())
    assert (await rewards.rewards(customer, only_available=False)).offers == ()


async def test_a_customer_reads_what_stands_in_his_way(db):
    await make.tier(2)
    today = make.TODAY
    free = await rewarding.reward(price_points=100, limit_count=2, limit_period=RewardPeriod.YEAR)
    gold = await rewarding.reward(price_points=200, minimum_rank=2)
    dear = await rewarding.reward(price_points=501)
    gone = await rewarding.reward(price_points=300, stock=0)
    await rewarding.reward(price_points=1, valid_from=today + timedelta(days=1))
    viewer = make.viewer(await rewarding.rich(500))
    found = (await rewards.rewards(viewer, only_available=False)).offers
    said = {offer.reward.id: (offer.remaining, offer.is_for_my_tier, offer.is_affordable) for offer in found}
    assert said == {
        free.id: (2, True, True),
        gold.id: (None, False, True),
        dear.id: (None, True, False),
        gone.id: (None, True, True),
    }
    assert [offer.reward.price_points for offer in found] == [100, 200, 300, 501]
    available = (await rewards.rewards(viewer, only_available=True)).offers
    assert [offer.reward.id for offer in available] == [free.id]
    await rewarding.redemption(free, viewer)
    await rewarding.cancelled(viewer, await rewarding.redemption(free, viewer))
    (offer,) = (await rewards.rewards(replace(viewer), only_available=True)).offers
    assert offer.remaining == 1
