"""The catalogue of rewards: proposed by one, decided by another manager, and what a customer can have of it."""

from dataclasses import dataclass
from datetime import date

from tortoise.functions import Count

from models import Partner, PointsAccount, Redemption, Reward, Viewer
from models.database import locked, transaction
from resolvers.loyalty import points
from resolvers.products.proposals import DECIDED, decided
from rules.errors import NotFound
from rules.loans.repayments import CurrencyMismatch
from rules.loyalty.redemptions import RedemptionStatus
from rules.loyalty.rewards import (
    PROPOSERS,
    RewardPeriod,
    RewardTerms,
    check_reward,
    counted_since,
    is_for_rank,
    is_valid,
    left_for,
    why_not,
)
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


async def propose_reward(viewer: Viewer, terms: RewardTerms) -> Reward:
    """Propose a reward; another manager decides.

    Raises `NotFound`, `CurrencyUnsupported`, `CurrencyMismatch`, `RewardIncomplete`, `RewardDateNotAllowed`.
    """
    assert viewer.role in PROPOSERS, "rewards are proposed by marketers and managers"
    async with transaction(viewer, "propose_reward") as unit:
        currency, worth = terms.cost.currency, terms.worth
        check_currency(currency)
        if worth is not None and worth.currency != currency:
            raise CurrencyMismatch(expected=currency)
        check_reward(terms, unit.today)
        if terms.partner_id is not None and not await Partner.visible_to(viewer).filter(id=terms.partner_id).exists():
            raise NotFound
        amounts = {"cost": terms.cost.amount, "worth": None if worth is None else worth.amount}
        unit.subject = reward = await Reward.create(
            **vars(terms) | amounts,
            currency=currency,
            status=ProposalStatus.PROPOSED,
            proposed_by_id=viewer.staff_id,
        )
        return reward


async def approve_reward(viewer: Viewer, *, reward_id: int) -> Reward:
    """Offer a reward from its first day on. Raises `NotFound`, `NotPossibleNow`, `SamePerson`."""
    async with transaction(viewer, "approve_reward") as unit:
        reward = await decided(unit, Reward, reward_id, ProposalStatus.APPROVED)
        reward.is_offered = True
        await reward.save(update_fields=[*DECIDED, "is_offered"])
        return reward


async def decline_reward(viewer: Viewer, *, reward_id: int) -> Reward:
    """Offer nothing. Raises `NotFound`, `NotPossibleNow`, `SamePerson`."""
    async with transaction(viewer, "decline_reward") as unit:
        reward = await decided(unit, Reward, reward_id, ProposalStatus.DECLINED)
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
    refused = why_not(reward, rank=account.served_rank, had=had, today=today)
    return RewardOffer(
        reward=reward,
        remaining=left_for(reward.limit_count, had),
        is_for_my_tier=is_for_rank(reward.minimum_rank, account.served_rank),
        is_affordable=is_affordable,
        is_frozen=is_frozen,
        can_be_had=refused is None and is_affordable and not is_frozen,
    )


async def _had(viewer: Viewer, period: RewardPeriod, today: date) -> dict[int, int]:
    """Count what the viewer took since the period began and still has, by reward."""
    taken = Redemption.filter(customer_id=viewer.customer_id, redeemed_on__gte=counted_since(period, today))
    rows = taken.exclude(status=RedemptionStatus.CANCELLED).annotate(had=Count("id")).group_by("reward_id")
    return dict(await rows.values_list("reward_id", "had"))
