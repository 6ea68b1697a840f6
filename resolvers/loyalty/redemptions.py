"""Exchanging points for a reward, and taking that back.

Rows are always locked in this order: the customer's points, the reward, the redemption, its voucher.
"""

from datetime import date, timedelta

from models import PointsAccount, Redemption, Reward, Secret, Viewer
from models.database import Unit, locked, open_unit, transaction
from notifications import outbox
from notifications.loyalty.redemptions import RewardCancelled, RewardReady, RewardRedeemed
from resolvers import keys
from resolvers.books import journal
from resolvers.loyalty import codes, points, vouchers
from resolvers.people.relationships import check_not_ones_own
from rules.books.accounts import AccountCode
from rules.errors import NotFound
from rules.loyalty.redemptions import (
    CONFIRM_DAYS,
    REDEMPTION_MOVES,
    CancelReason,
    HandedOut,
    RedemptionStatus,
    check_cancellable,
)
from rules.loyalty.rewards import counted_since, why_not
from rules.loyalty.vouchers import CODE_LENGTH
from rules.people.access import CUSTOMERS, Role
from rules.people.reveal import check_reason

BATCH = 100


async def redeem(viewer: Viewer, *, reward_id: int, key: str) -> Redemption:
    """Exchange points for a reward: a voucher is there at once, anything else waits for its partner's word.

    Raises `NotFound`, `SpendingFrozen`, `RewardNotOffered`, `TierTooLow`, `OutOfStock`, `RewardLimitReached`,
    `NotEnoughPoints`, `KeyReused`.
    """
    async with keys.once(Redemption, viewer, "redeem", key, reward_id) as kept:
        if kept.is_new:
            unit, customer_id = open_unit(), viewer.customer_id
            assert customer_id is not None, "customers redeem"
            await points.lock_accounts([customer_id])
            await points.check_may_spend(customer_id)
            reward = await locked(Reward, viewer, reward_id)
            await _check_may_have(customer_id, reward, unit.today)
            redemption = unit.subject = await _reserve(unit, customer_id, reward)
            await points.spend(unit, customer_id=customer_id, points=reward.price_points, source=_source_of(redemption))
            if reward.partner_id is None:
                await vouchers.issue(unit, redemption, reward)
            await _tell(RewardRedeemed, redemption)
            kept.keep(redemption)
    return kept.result


def _source_of(redemption: Redemption) -> str:
    return f"Redemption:{redemption.id}"


async def _check_may_have(customer_id: int, reward: Reward, today: date) -> None:
    account = await PointsAccount.get(customer_id=customer_id).select_related("tier")
    since = counted_since(reward.limit_period, today)
    taken = Redemption.filter(customer_id=customer_id, reward_id=reward.id, redeemed_on__gte=since)
    had = await taken.exclude(status=RedemptionStatus.CANCELLED).count()
    refused = why_not(reward, rank=account.served_rank, had=had, today=today)
    if refused is not None:
        raise refused


async def _reserve(unit: Unit, customer_id: int, reward: Reward) -> Redemption:
    """Take one out of stock, and write down for whom."""
    if reward.stock is not None:
        reward.stock -= 1
        await reward.save(update_fields=["stock"])
    is_order = reward.partner_id is not None
    status = RedemptionStatus.RESERVED if is_order else RedemptionStatus.FULFILLED
    if not is_order:
        REDEMPTION_MOVES.check(REDEMPTION_MOVES.initial, status, unit.viewer.role)
    return await Redemption.create(
        customer_id=customer_id,
        reward_id=reward.id,
        status=status,
        price_points=reward.price_points,
        currency=reward.currency,
        cost=reward.cost,
        redeemed_on=unit.today,
        partner_id=reward.partner_id,
        code=Secret(codes.draw(CODE_LENGTH)) if is_order else None,
        confirm_by=unit.today + timedelta(days=CONFIRM_DAYS) if is_order else None,
        settled_on=None if is_order else unit.today,
    )


async def cancel_redemption(viewer: Viewer, *, redemption_id: int, key: str) -> Redemption:
    """Take a reward back that was not handed out or used: the points are where they were, for some weeks at least.

    The customer within a day, a manager within 90. Raises `NotFound`, `OwnAffairs`, `NotPossibleNow`, `CancelTooLate`, `HandedOut`,
    `KeyReused`.
    """
    async with keys.once(Redemption, viewer, "cancel_redemption", key, redemption_id) as kept:
        if kept.is_new:
            redemption = await lock_redemption(viewer, redemption_id)
            reason = CancelReason.CUSTOMER if viewer.role in CUSTOMERS else CancelReason.STAFF
            await check_not_ones_own(viewer, redemption.customer_id)
            REDEMPTION_MOVES.check(redemption.status, RedemptionStatus.CANCELLED, viewer.role)
            if redemption.status is RedemptionStatus.FULFILLED and redemption.partner_id is not None:
                raise HandedOut
            check_cancellable(viewer.role, redemption.created_at, redemption.redeemed_on, kept.now, kept.today)
            kept.keep(await cancel(open_unit(), redemption, reason))
    return kept.result


async def cancel(unit: Unit, redemption: Redemption, reason: CancelReason) -> Redemption:
    """Cancel a redemption that `lock_redemption` gave: points and stock go back. Raises `HandedOut`, `NotPossibleNow`."""
    REDEMPTION_MOVES.check(redemption.status, RedemptionStatus.CANCELLED, unit.viewer.role)
    if redemption.partner_id is None:
        await vouchers.cancel(unit, redemption)
    redemption.status, redemption.settled_on = RedemptionStatus.CANCELLED, unit.today
    redemption.cancel_reason = reason
    await redemption.save(update_fields=["status", "settled_on", "cancel_reason"])
    reward = await Reward.get(id=redemption.reward_id)
    if reward.stock is not None:
        reward.stock += 1
        await reward.save(update_fields=["stock"])
    await points.give_back(unit, customer_id=redemption.customer_id, source=_source_of(redemption))
    await _tell(RewardCancelled, redemption)
    return redemption


async def fulfil(unit: Unit, redemption: Redemption) -> Redemption:
    """Keep that a partner handed a reward out, and what we owe him for it; the caller has locked it."""
    REDEMPTION_MOVES.check(redemption.status, RedemptionStatus.FULFILLED, unit.viewer.role)
    redemption.status, redemption.settled_on = RedemptionStatus.FULFILLED, unit.today
    await redemption.save(update_fields=["status", "settled_on"])
    if redemption.cost:
        await journal.post(
            unit,
            source=_source_of(redemption),
            currency=redemption.currency,
            amounts={AccountCode.REWARDS_EXPENSE: redemption.cost, AccountCode.REWARDS_PAYABLE: -redemption.cost},
            customer_id=redemption.customer_id,
            loan_id=None,
        )
    await _tell(RewardReady, redemption)
    return redemption


async def clear_redemption_flag(viewer: Viewer, *, redemption_id: int, reason: str) -> Redemption:
    """Keep that somebody looked at what a partner said too late, and why it is settled.

    Raises `NotFound`, `OwnAffairs`, `ReasonTooShort`.
    """
    async with transaction(viewer, "clear_redemption_flag", reason=check_reason(reason)):
        redemption = await locked(Redemption, viewer, redemption_id)
        await check_not_ones_own(viewer, redemption.customer_id)
        redemption.is_flagged = False
        await redemption.save(update_fields=["is_flagged"])
        return redemption


async def cancel_unconfirmed(viewer: Viewer, today: date) -> int:
    """Cancel orders that no partner confirmed in time, each by itself; gives how many. Harmless to repeat."""
    assert viewer.role is Role.SYSTEM, "time passes by itself"
    count = 0
    while True:
        late = Redemption.filter(status=RedemptionStatus.RESERVED, confirm_by__lt=today).order_by("confirm_by", "id")
        ids = [each.id for each in await late.limit(BATCH)]
        if not ids:
            return count
        for id in ids:
            async with transaction(viewer, "cancel_unconfirmed") as unit:
                redemption = await lock_redemption(viewer, id)
                if redemption.status is RedemptionStatus.RESERVED:  # His word may have come meanwhile.
                    await cancel(unit, redemption, CancelReason.NOT_CONFIRMED)
                    count += 1


async def lock_redemption(viewer: Viewer, redemption_id: int) -> Redemption:
    """Lock a redemption the viewer may see, after its owner's points and its reward. Raises `NotFound`."""
    seen = await Redemption.visible_to(viewer).get_or_none(id=redemption_id)
    if seen is None:
        raise NotFound
    await points.lock_accounts([seen.customer_id])
    await locked(Reward, viewer, seen.reward_id)
    open_unit().subject = redemption = await locked(Redemption, viewer, redemption_id)
    return redemption


async def _tell(kind: type[RewardRedeemed | RewardReady | RewardCancelled], redemption: Redemption) -> None:
    await outbox.record(
        kind(customer_id=redemption.customer_id, redemption_id=redemption.id, points=redemption.price_points)
    )
