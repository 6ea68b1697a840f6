"""Exchanging points, and taking that back: also by many at once."""

import asyncio
from datetime import timedelta
from decimal import Decimal

import pytest

from jobs.verify import verify
from models import (
    AuditEntry,
    Entry,
    Loan,
    OutboxEvent,
    PointLot,
    PointsEntry,
    Posting,
    Redemption,
    Reward,
    Voucher,
)
from resolvers.loyalty import lots, redemptions, rewards
from resolvers.loyalty.redemptions import cancel_redemption, clear_redemption_flag, redeem
from rules.errors import KeyReused, NotFound
from rules.loyalty.codes import ALPHABET
from rules.loyalty.kinds import PointsKind
from rules.loyalty.points import NotEnoughPoints, SpendingFrozen
from rules.loyalty.redemptions import CancelReason, CancelTooLate, HandedOut, RedemptionStatus
from rules.loyalty.rewards import OutOfStock, RewardKind, RewardLimitReached, RewardNotOffered, RewardPeriod, TierTooLow
from rules.loyalty.vouchers import VoucherStatus
from rules.people.access import Role
from rules.people.staff import OwnAffairs
from rules.states import NotPossibleNow
from tests import make, rewarding


async def told(customer_id: int) -> list[str]:
    return [event.kind for event in await OutboxEvent.filter(customer_id=customer_id).order_by("id")]


async def test_a_voucher_is_there_at_once(db):
    customer = await rewarding.rich(500)
    reward = await rewarding.reward(stock=2)
    redemption = await redeem(make.viewer(customer), reward_id=reward.id, key="tap")
    assert (redemption.status, redemption.price_points, redemption.code) == (RedemptionStatus.FULFILLED, 300, None)
    assert (redemption.redeemed_on, redemption.settled_on, redemption.confirm_by) == (make.TODAY, make.TODAY, None)
    voucher = await Voucher.get(redemption_id=redemption.id)
    assert (voucher.status, voucher.worth, voucher.customer_id) == (VoucherStatus.OPEN, Decimal("10.00"), customer.id)
    assert voucher.expires_on == make.TODAY + timedelta(days=90)
    code = voucher.code.read()
    assert (len(code), set(code) <= set(ALPHABET), voucher.code_mask) == (12, True, "****")
    assert await make.points_of(customer.id) == 200
    assert (await Reward.get(id=reward.id)).stock == 1
    entry = await PointsEntry.get(source=f"Redemption:{redemption.id}")
    assert (entry.kind, entry.points) == (PointsKind.REDEEMED, -300)
    assert await told(customer.id) == ["RewardRedeemed"]
    assert await verify() == []


async def test_what_a_partner_hands_out_waits_for_him(db):
    customer = await rewarding.rich(500)
    reward = await rewarding.reward(RewardKind.GIFT)
    redemption = await redeem(make.viewer(customer), reward_id=reward.id, key="tap")
    assert (redemption.status, redemption.settled_on) == (RedemptionStatus.RESERVED, None)
    assert (redemption.partner_id, redemption.confirm_by) == (reward.partner_id, make.TODAY + timedelta(days=14))
    assert len(redemption.code.read()) == 12
    assert not await Voucher.exists()
    assert not await Entry.exists()
    assert await verify() == []


async def test_the_same_key_takes_it_once_also_at_once(db):
    viewer = make.viewer(await rewarding.rich(700))
    reward = await rewarding.reward()
    answers = await asyncio.gather(*[redeem(viewer, reward_id=reward.id, key="tap") for _ in range(5)])
    assert len({answer.id for answer in answers}) == 1
    assert await make.points_of(viewer.customer_id) == 400
    other = await rewarding.reward()
    with pytest.raises(KeyReused):
        await redeem(viewer, reward_id=other.id, key="tap")
    assert await Redemption.all().count() == 1
    assert await verify() == []


async def test_what_cannot_be_had_leaves_everything_alone(db):
    await make.tier(2)
    viewer = make.viewer(await rewarding.rich(500))
    tomorrow = make.TODAY + timedelta(days=1)
    withdrawn = await rewarding.reward()
    await rewards.withdraw_reward(make.viewer(await make.staff(role=Role.MANAGER)), reward_id=withdrawn.id)
    proposed = await rewards.propose_reward(make.viewer(await make.staff(role=Role.MARKETER)), rewarding.terms())
    refused = [
        (withdrawn, RewardNotOffered),
        (await rewarding.reward(valid_from=tomorrow), RewardNotOffered),
        (await rewarding.reward(minimum_rank=2), TierTooLow),
        (await rewarding.reward(stock=0), OutOfStock),
        (await rewarding.reward(price_points=501), NotEnoughPoints),
        (proposed, NotFound),
    ]
    before = await make.everything()
    for reward, refusal in refused:
        with pytest.raises(refusal):
            await redeem(viewer, reward_id=reward.id, key=f"tap-{reward.id}")
    assert await make.everything() == before


async def test_who_is_late_spends_nothing(db):
    loan = await make.loan()
    await rewarding.give(loan.customer_id, 500)
    reward = await rewarding.reward()
    async with make.unit():
        await Loan.filter(id=loan.id).update(days_past_due=1)
    with pytest.raises(SpendingFrozen):
        await redeem(await make.viewer_of(loan.customer_id), reward_id=reward.id, key="tap")
    assert await make.points_of(loan.customer_id) == 500
    assert not await Redemption.exists()
    viewer = await make.viewer_of(loan.customer_id)
    (offer,) = (await rewards.rewards(viewer, only_available=False)).offers
    assert (offer.is_affordable, offer.is_frozen) == (True, True)
    assert (await rewards.rewards(viewer, only_available=True)).offers == ()


async def test_a_limit_counts_what_was_not_cancelled_in_its_period(db):
    viewer = make.viewer(await rewarding.rich(3000))
    reward = await rewarding.reward(limit_count=1, limit_period=RewardPeriod.YEAR)
    ever = await rewarding.reward(limit_count=1, limit_period=RewardPeriod.EVER)
    await rewarding.cancelled(viewer, await rewarding.redemption(reward, viewer))
    await rewarding.redemption(reward, viewer)
    await rewarding.redemption(ever, viewer)
    with pytest.raises(RewardLimitReached) as refused:
        await rewarding.redemption(reward, viewer)
    assert refused.value.limit == 1
    await make.travel_to(make.TODAY.replace(year=2027, month=1, day=1))
    await rewarding.redemption(reward, viewer)
    with pytest.raises(RewardLimitReached):
        await rewarding.redemption(ever, viewer)


async def test_a_hundred_taps_of_ten_people_on_the_last_one_give_it_to_one(db):
    people = [make.viewer(await rewarding.rich(500)) for _ in range(10)]
    reward = await rewarding.reward(RewardKind.GIFT, stock=1)
    taps = [redeem(person, reward_id=reward.id, key=f"tap-{tap}") for tap in range(10) for person in people]
    answers = await asyncio.gather(*taps, return_exceptions=True)
    won = [answer for answer in answers if isinstance(answer, Redemption)]
    assert {type(answer) for answer in answers} == {Redemption, OutOfStock}
    assert len(won) == 1
    assert (await Reward.get(id=reward.id)).stock == 0
    balances = sorted([await make.points_of(person.customer_id) for person in people])
    assert balances == [200] + [500] * 9
    assert await verify() == []


async def test_two_rewards_at_once_with_points_for_one(db):
    viewer = make.viewer(await rewarding.rich(500))
    rewards = [await rewarding.reward(), await rewarding.reward(RewardKind.GIFT)]
    taps = [redeem(viewer, reward_id=each.id, key=f"tap-{each.id}") for each in rewards]
    answers = await asyncio.gather(*taps, return_exceptions=True)
    assert sorted(type(answer).__name__ for answer in answers) == ["NotEnoughPoints", "Redemption"]
    assert await make.points_of(viewer.customer_id) == 200
    assert await Redemption.all().count() == 1
    assert await verify() == []


async def test_points_are_spent_or_expire_and_never_both(db):
    viewer = make.viewer(await rewarding.rich(300))
    reward = await rewarding.reward()
    last = (await PointLot.get()).expires_on
    await make.travel_to(last + timedelta(days=1))
    spent, _ = await asyncio.gather(
        redeem(viewer, reward_id=reward.id, key="tap"),
        lots.catch_points_up(make.system(), make.clock.business_date),
        return_exceptions=True,
    )
    assert isinstance(spent, Redemption | NotEnoughPoints)
    assert await make.points_of(viewer.customer_id) == 0
    moved = await PointsEntry.filter(kind__in=[PointsKind.REDEEMED, PointsKind.EXPIRED])
    assert [entry.points for entry in moved] == [-300]
    assert await verify() == []


async def test_a_customer_changes_his_mind_within_a_day(db):
    viewer = make.viewer(await rewarding.rich(500))
    reward = await rewarding.reward(stock=1)
    redemption = await rewarding.redemption(reward, viewer)
    await rewarding.pass_hours(23)
    cancelled = await cancel_redemption(viewer, redemption_id=redemption.id, key="back")
    assert (cancelled.status, cancelled.cancel_reason) == (RedemptionStatus.CANCELLED, CancelReason.CUSTOMER)
    assert (await Voucher.get()).status is VoucherStatus.CANCELLED
    assert await make.points_of(viewer.customer_id) == 500
    assert (await Reward.get(id=reward.id)).stock == 1
    assert await told(viewer.customer_id) == ["RewardRedeemed", "RewardCancelled"]
    before = await make.everything()
    assert (await cancel_redemption(viewer, redemption_id=redemption.id, key="back")).id == redemption.id
    with pytest.raises(NotPossibleNow):
        await cancel_redemption(viewer, redemption_id=redemption.id, key="again")
    assert await make.everything() == before
    assert await verify() == []


async def test_five_taps_give_it_back_once(db):
    viewer = make.viewer(await rewarding.rich(500))
    redemption = await rewarding.redemption(await rewarding.reward(RewardKind.GIFT, stock=3), viewer)
    back = [
        cancel_redemption(viewer, redemption_id=redemption.id, key=key) for key in ("one", "one", "two", "two", "three")
    ]
    answers = await asyncio.gather(*back, return_exceptions=True)
    assert {type(answer) for answer in answers} == {Redemption, NotPossibleNow}
    assert await make.points_of(viewer.customer_id) == 500
    assert (await Reward.get()).stock == 3
    assert await verify() == []


async def test_later_only_a_manager_takes_back_what_was_not_used(db):
    viewer = make.viewer(await rewarding.rich(500))
    redemption = await rewarding.redemption(await rewarding.reward(), viewer)
    await rewarding.pass_hours(24)
    with pytest.raises(CancelTooLate):
        await rewarding.cancelled(viewer, redemption)
    with pytest.raises(NotFound):
        await rewarding.cancelled(make.viewer(await make.customer()), redemption)
    await make.travel_to(make.TODAY + timedelta(days=90))
    manager = await make.manager_of(viewer.customer_id)
    cancelled = await rewarding.cancelled(manager, redemption)
    assert (cancelled.cancel_reason, await make.points_of(viewer.customer_id)) == (CancelReason.STAFF, 500)


async def test_no_manager_settles_what_he_took_himself(db):
    viewer = make.viewer(await rewarding.rich(500))
    redemption = await rewarding.redemption(await rewarding.reward(), viewer)
    own = await make.manager_of(viewer.customer_id, customer_id=viewer.customer_id)
    before = await make.everything()
    with pytest.raises(OwnAffairs):
        await rewarding.cancelled(own, redemption)
    with pytest.raises(OwnAffairs):
        await clear_redemption_flag(own, redemption_id=redemption.id, reason="I looked at it.")
    assert await make.everything() == before


async def test_what_is_flagged_is_looked_at_and_nothing_moves(db):
    viewer = make.viewer(await rewarding.rich(500))
    redemption = await rewarding.redemption(await rewarding.reward(), viewer)
    async with make.unit():
        await Redemption.filter(id=redemption.id).update(is_flagged=True)
    officer = await make.officer_of(viewer.customer_id)
    cleared = await clear_redemption_flag(officer, redemption_id=redemption.id, reason="The shop made a mistake.")
    assert (cleared.is_flagged, cleared.status) == (False, RedemptionStatus.FULFILLED)
    assert await make.points_of(viewer.customer_id) == 200
    entry = await AuditEntry.filter(operation="clear_redemption_flag").get()
    assert (entry.reason, entry.customer_number) == ("The shop made a mistake.", viewer.customer_id)
    stranger = await make.with_branches(make.viewer(await make.staff(branches=[await make.branch()])))
    with pytest.raises(NotFound):
        await clear_redemption_flag(stranger, redemption_id=redemption.id, reason="Not my branch at all.")


async def test_after_ninety_days_nobody_does(db):
    viewer = make.viewer(await rewarding.rich(500))
    redemption = await rewarding.redemption(await rewarding.reward(), viewer)
    await make.travel_to(make.TODAY + timedelta(days=91))
    with pytest.raises(CancelTooLate):
        await rewarding.cancelled(await make.manager_of(viewer.customer_id), redemption)
    assert await make.points_of(viewer.customer_id) == 200


async def test_points_that_had_expired_come_back_for_thirty_days(db):
    viewer = make.viewer(await rewarding.rich(300))
    redemption = await rewarding.redemption(await rewarding.reward(), viewer)
    lot = await PointLot.get()
    async with make.unit():  # As if they had been earned long ago.
        await PointLot.filter(id=lot.id).update(expires_on=make.TODAY - timedelta(days=1))
    await rewarding.cancelled(viewer, redemption)
    await lots.catch_points_up(make.system(), make.TODAY)
    lot = await PointLot.get(is_returned=True)
    assert (lot.remaining, lot.expires_on) == (300, make.TODAY + timedelta(days=30))
    assert await make.points_of(viewer.customer_id) == 300
    assert await verify() == []


async def test_what_no_partner_confirms_in_time_is_cancelled_by_itself(db):
    viewer = make.viewer(await rewarding.rich(500))
    redemption = await rewarding.redemption(await rewarding.reward(RewardKind.DONATION, stock=1), viewer)
    await make.pass_until(redemption.confirm_by)
    assert (await Redemption.get()).status is RedemptionStatus.RESERVED
    await make.pass_until(redemption.confirm_by + timedelta(days=1))
    cancelled = await Redemption.get()
    assert (cancelled.status, cancelled.cancel_reason) == (RedemptionStatus.CANCELLED, CancelReason.NOT_CONFIRMED)
    assert cancelled.settled_on == redemption.confirm_by + timedelta(days=1)
    assert await make.points_of(viewer.customer_id) == 500
    assert (await Reward.get()).stock == 1
    before = await make.everything()
    assert await redemptions.cancel_unconfirmed(make.system(), make.clock.business_date) == 0
    assert await make.everything() == before
    assert await verify() == []


async def test_what_was_handed_out_is_owed_to_the_partner_and_stays(db):
    viewer = make.viewer(await rewarding.rich(500))
    redemption = await rewarding.redemption(await rewarding.reward(RewardKind.PHONE_CREDIT), viewer)
    async with make.unit() as unit:
        locked = await redemptions.lock_redemption(make.system(), redemption.id)
        await redemptions.fulfil(unit, locked)
    entry = await Entry.get(source=f"Redemption:{redemption.id}")
    postings = await Posting.filter(entry_id=entry.id).select_related("account")
    assert {posting.account.code: posting.amount for posting in postings} == {
        "REWARDS_EXPENSE": Decimal("8.00"),
        "REWARDS_PAYABLE": Decimal("-8.00"),
    }
    assert (await told(viewer.customer_id))[-1] == "RewardReady"
    for person in (viewer, await make.manager_of(viewer.customer_id)):
        with pytest.raises(HandedOut):
            await rewarding.cancelled(person, redemption)
    assert await make.points_of(viewer.customer_id) == 200
    assert await verify() == []
