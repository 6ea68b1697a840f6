"""The catalogue of rewards: proposed by one, decided by another manager, and what a customer can have of it."""

from dataclasses import dataclass
from datetime import date

from tortoise.functions import Count

from models import Partner, PointsAccount, Redemption, Reward, Viewer
from models.database import Unit, locked, transaction
from resolvers.loyalty import points
from resolvers.products.proposals import DECIDED, check_decidable, decide
from rules.errors import NotFound
from rules.loans.repayments import CurrencyMismatch
from rules.loyalty.redemptions import RedemptionStatus
from rules.loyalty.rewards import (
    PROPOSERS,
    RewardKind,
    RewardPeriod,
    RewardTerms,
    check_reward,
    counted_since,
    is_for_rank,
    is_valid,
    left_for,
    why_not,
)
from rules.money import Money
from rules.people.access import MANAGERS
from rules.products.currencies import check_currency
from rules.products.states import ProposalStatus


@dataclass(frozen=True)
class RewardOffer:
    """A reward, as far as one customer can have it."""

    reward: Reward
    remaining: int | None
    is_for_my_tier: bool
    is_affordable: bool
    is_frozen: bool
    can_be_had: bool
    """Whether nothing stands in the way, as things are."""


@dataclass(frozen=True)
class RewardOffers:
    """What there is for points."""

    offers: tuple[RewardOffer, ...]


async def propose_reward(
    viewer: Viewer,
    *,
    kind: RewardKind,
    name_zh: str,
    name_en: str,
    terms_zh: str,
    terms_en: str,
    price_points: int,
    cost: Money,
    valid_from: date,
    worth: Money | None = None,
    usable_days: int | None = None,
    partner_id: int | None = None,
    stock: int | None = None,
    limit_count: int | None = None,
    limit_period: RewardPeriod | None = None,
    minimum_rank: int | None = None,
    valid_to: date | None = None,
) -> Reward:
    """Propose a reward; another manager decides.

    Raises `NotFound`, `CurrencyUnsupported`, `CurrencyMismatch`, `RewardIncomplete`, `RewardDateNotAllowed`.
    """
    assert viewer.role in PROPOSERS, "rewards are proposed by marketers and managers"
    async with transaction(viewer, "propose_reward") as unit:
        check_currency(cost.currency)
        if worth is not None and worth.currency != cost.currency:
            raise CurrencyMismatch(expected=cost.currency)
        terms = RewardTerms(
            kind=kind,
            cost=cost.amount,
            worth=None if worth is None else worth.amount,
            usable_days=usable_days,
            has_partner=partner_id is not None,
            limit_count=limit_count,
            limit_period=limit_period,
            valid_from=valid_from,
            valid_to=valid_to,
        )
        check_reward(terms, unit.today)
        if partner_id is not None and not await Partner.visible_to(viewer).filter(id=partner_id).exists():
            raise NotFound
        unit.subject = reward = await Reward.create(
            kind=kind,
            name_zh=name_zh,
            name_en=name_en,
            terms_zh=terms_zh,
            terms_en=terms_en,
            price_points=price_points,
            currency=cost.currency,
            cost=terms.cost,
            worth=terms.worth,
            usable_days=usable_days,
            partner_id=partner_id,
            stock=stock,
            limit_count=limit_count,
            limit_period=limit_period,
            minimum_rank=minimum_rank,
            valid_from=valid_from,
            valid_to=valid_to,
            status=ProposalStatus.PROPOSED,
            proposed_by_id=viewer.staff_id,
        )
        return reward


async def approve_reward(viewer: Viewer, *, reward_id: int) -> Reward:
    """Offer a reward from its first day on. Raises `NotFound`, `NotPossibleNow`, `SamePerson`."""
    async with transaction(viewer, "approve_reward") as unit:
        reward = await _decide(unit, reward_id, ProposalStatus.APPROVED)
        reward.is_offered = True
        await reward.save(update_fields=[*DECIDED, "is_offered"])
        return reward


async def decline_reward(viewer: Viewer, *, reward_id: int) -> Reward:
    """Offer nothing. Raises `NotFound`, `NotPossibleNow`, `SamePerson`."""
    async with transaction(viewer, "decline_reward") as unit:
        reward = await _decide(unit, reward_id, ProposalStatus.DECLINED)
        await reward.save(update_fields=DECIDED)
        return reward


async def withdraw_reward(viewer: Viewer, *, reward_id: int) -> Reward:
    """Offer a reward no longer; who has taken it keeps it. Withdrawing it again changes nothing. Raises `NotFound`."""
    assert viewer.role in MANAGERS, "a manager withdraws a reward"
    async with transaction(viewer, "withdraw_reward"):
        reward = await locked(Reward, viewer, reward_id)
        reward.is_offered = False
        await reward.save(update_fields=["is_offered"])
        return reward


async def rewards(viewer: Viewer, *, only_available: bool) -> RewardOffers:
    """Give what there is for points, the cheapest first: all that is offered, or what the customer can have today."""
    account = await PointsAccount.visible_to(viewer).get(customer_id=viewer.customer_id).select_related("tier")
    today, is_frozen = viewer.today, await points.is_frozen(account.customer_id)
    offered = await Reward.visible_to(viewer).filter(is_offered=True).order_by("price_points", "id")
    ever, this_year = [await _had(viewer, period, today) for period in (RewardPeriod.EVER, RewardPeriod.YEAR)]
    offers = tuple(
        _offer(
            account,
            each,
            (this_year if each.limit_period is RewardPeriod.YEAR else ever).get(each.id, 0),
            today,
            is_frozen,
        )
        for each in offered
        if is_valid(each.valid_from, each.valid_to, today)
    )
    return RewardOffers(tuple(offer for offer in offers if offer.can_be_had or not only_available))


def _offer(account: PointsAccount, reward: Reward, had: int, today: date, is_frozen: bool) -> RewardOffer:
    is_affordable = account.balance >= reward.price_points
    refused = why_not(reward, rank=account.tier.rank, had=had, today=today)
    return RewardOffer(
        reward=reward,
        remaining=left_for(reward.limit_count, had),
        is_for_my_tier=is_for_rank(reward.minimum_rank, account.tier.rank),
        is_affordable=is_affordable,
        is_frozen=is_frozen,
        can_be_had=refused is None and is_affordable and not is_frozen,
    )


async def _had(viewer: Viewer, period: RewardPeriod, today: date) -> dict[int, int]:
    """Count what the viewer took since the period began and still has, by reward."""
    taken = Redemption.filter(customer_id=viewer.customer_id, redeemed_on__gte=counted_since(period, today))
    rows = taken.exclude(status=RedemptionStatus.CANCELLED).annotate(had=Count("id")).group_by("reward_id")
    return dict(await rows.values_list("reward_id", "had"))


async def _decide(unit: Unit, reward_id: int, status: ProposalStatus) -> Reward:
    """Say who decided a reward, unsaved."""
    reward = await locked(Reward, unit.viewer, reward_id)
    await check_decidable(unit, reward, status)
    decide(unit, reward, status)
    return reward
