"""The catalogue of rewards."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import models
import rules.money
from models.viewer import Viewer
from resolvers.loyalty import rewards as catalogue
from rules.loans.repayments import CurrencyMismatch
from rules.loyalty.points import MOST_AT_ONCE
from rules.loyalty.rewards import (
    PROPOSERS,
    RewardDateNotAllowed,
    RewardIncomplete,
    RewardKind,
    RewardPeriod,
    RewardTerms,
    is_available,
)
from rules.money import Money as MoneyValue
from rules.people.access import ALL_STAFF, CUSTOMERS, MANAGERS
from rules.people.kinds import in_language
from rules.people.staff import SamePerson
from rules.products.currencies import CurrencyUnsupported
from rules.products.states import ProposalStatus
from rules.states import NotPossibleNow
from schema.context import Info
from schema.declarations import (
    LOCALE,
    TODAY,
    VIEWER,
    Connection,
    Input,
    Node,
    computed,
    connection,
    day,
    filter_of,
    id_of,
    input,
    matches,
    money,
    mutation,
    node,
    query,
    relation,
    root,
    text,
    value,
    whole,
)
from schema.money import Money, money_input

if TYPE_CHECKING:
    from schema.loyalty.partners import Partner
    from schema.people.staff import Staff

MOST_STOCK = 1_000_000


def _to_house(number: Decimal, viewer: Viewer) -> Decimal | None:
    return number if viewer.role in ALL_STAFF else None


def _stock_to_house(stock: int | None, viewer: Viewer) -> int | None:
    return stock if viewer.role in ALL_STAFF else None


@node(models.Reward)
class Reward(Node):
    """What can be had for points: proposed by one person, decided by another."""

    kind: RewardKind
    """What it is."""
    name: str = computed(in_language, "name_zh", "name_en", LOCALE)
    """In the viewer's language."""
    terms: str = computed(in_language, "terms_zh", "terms_en", LOCALE)
    """What one should know before taking it, in the viewer's language."""
    price_points: int
    """How many points it takes."""
    worth: Money | None = money()
    """What a voucher pays at the most; null for anything else."""
    usable_days: int | None
    """For how many days a voucher can be used; null for anything else."""
    is_available: bool = computed(is_available, "is_offered", "stock", "valid_from", "valid_to", TODAY)
    """Whether it can be had today by somebody who may and has the points."""
    limit_count: int | None
    """How often one person can have it; null: as often as he likes."""
    limit_period: RewardPeriod | None
    """In which time."""
    minimum_rank: int | None
    """The rank of the lowest level that can have it; null: everybody."""
    valid_from: date
    """The first day on which it is offered."""
    valid_to: date | None
    """The first day on which it is not offered any more; null while that is not known."""
    is_offered: bool
    """Whether it was approved, and not withdrawn."""
    status: ProposalStatus
    """Where the proposal stands; customers see what was approved."""
    cost_amount: Decimal | None = computed(_to_house, "cost", VIEWER)
    """What one costs us, in the currency of its worth or our own; null to customers."""
    stock_left: int | None = computed(_stock_to_house, "stock", VIEWER)
    """How many are left; null where they are not counted, and to customers."""
    created_at: datetime
    """When it was proposed."""
    partner: Partner | None = relation("partner_id")
    """Who hands it out; null for a voucher, and to customers."""
    proposed_by: Staff | None = relation("proposed_by_id")
    """Who proposed it; null to whoever does not see accounts."""
    decided_by: Staff | None = relation("decided_by_id")
    """Who decided it, never the same person; null before, and to whoever does not see accounts."""
    decided_at: datetime | None
    """When it was decided; null before."""


@filter_of(models.Reward)
class RewardFilter:
    """Narrows the catalogue."""

    status: ProposalStatus | None = matches("status")
    """Those that stand here: PROPOSED ones wait for a manager."""


@root
class RewardRoot:
    reward_catalogue: Connection[Reward] = connection(filter=RewardFilter, allow=ALL_STAFF)
    """All rewards there are, were and may be, oldest first."""


@value(catalogue.RewardOffer)
class RewardOffer:
    """A reward, as far as you can have it."""

    reward: Reward
    """What it is, and what it takes."""
    remaining: int | None
    """How often you can still have it; null: as often as you like."""
    is_for_my_tier: bool
    """Whether your level can have it."""
    is_affordable: bool
    """Whether you have the points."""
    is_frozen: bool
    """Whether an installment of yours is overdue: points cannot be spent meanwhile."""


@value(catalogue.RewardOffers)
class RewardsSuccess:
    """What there is for points."""

    offers: list[RewardOffer]
    """The cheapest first, also what is out of stock or for higher levels."""


@input
class RewardsInput(Input):
    """Which rewards."""

    only_available: bool
    """Whether to leave out what you cannot have today."""


@query(allow=CUSTOMERS)
async def rewards(info: Info, input: RewardsInput) -> catalogue.RewardOffers:
    """Show what you can have for your points."""
    return await catalogue.rewards(info.context.viewer, **input.values())


@input
class ProposeRewardInput(Input):
    """What is to be had, for how many points, by whom and until when."""

    kind: RewardKind
    """What it is."""
    name_zh: str = text(1, 50)
    """Its name in Chinese."""
    name_en: str = text(1, 80)
    """Its name in English."""
    terms_zh: str = text(1, 500)
    """What one should know before taking it, in Chinese."""
    terms_en: str = text(1, 1000)
    """What one should know before taking it, in English."""
    price_points: int = whole(1, MOST_AT_ONCE)
    """How many points it takes."""
    cost: rules.money.Money = money_input()
    """What one costs us; 0.00 if nothing."""
    worth: MoneyValue | None = money_input()
    """What a voucher pays at the most; for a voucher only."""
    usable_days: int | None = whole(1, 3650)
    """For how many days a voucher can be used; for a voucher only."""
    partner_id: int | None = id_of(models.Partner)
    """Who hands it out; for anything but a voucher."""
    stock: int | None = whole(0, MOST_STOCK)
    """How many there are; null: as many as are wanted."""
    limit_count: int | None = whole(1, 1000)
    """How often one person can have it; null: as often as he likes."""
    limit_period: RewardPeriod | None
    """In which time; with a limit only."""
    minimum_rank: int | None = whole(1, 100)
    """The rank of the lowest level that can have it; null: everybody."""
    valid_from: date = day()
    """Today or later."""
    valid_to: date | None = day()
    """The first day on which it is not offered any more; null: until it is withdrawn."""


@mutation(allow=PROPOSERS, refusals=(RewardIncomplete, RewardDateNotAllowed, CurrencyMismatch, CurrencyUnsupported))
async def propose_reward(info: Info, input: ProposeRewardInput) -> models.Reward:
    """Propose a reward; a manager decides, another one if you are one."""
    return await catalogue.propose_reward(info.context.viewer, RewardTerms(**input.values()))


@input
class ApproveRewardInput(Input):
    """Which reward."""

    reward_id: int = id_of(models.Reward)
    """One that somebody else proposed."""


@mutation(allow=MANAGERS, refusals=(NotPossibleNow, SamePerson))
async def approve_reward(info: Info, input: ApproveRewardInput) -> models.Reward:
    """Offer a reward from its first day on."""
    return await catalogue.approve_reward(info.context.viewer, **input.values())


@input
class DeclineRewardInput(Input):
    """Which reward."""

    reward_id: int = id_of(models.Reward)
    """One that somebody else proposed."""


@mutation(allow=MANAGERS, refusals=(NotPossibleNow, SamePerson))
async def decline_reward(info: Info, input: DeclineRewardInput) -> models.Reward:
    """Offer nothing."""
    return await catalogue.decline_reward(info.context.viewer, **input.values())


@input
class WithdrawRewardInput(Input):
    """Which reward."""

    reward_id: int = id_of(models.Reward)
    """One that is offered."""


@mutation(allow=MANAGERS)
async def withdraw_reward(info: Info, input: WithdrawRewardInput) -> models.Reward:
    """Offer a reward no longer; who has taken it keeps it."""
    return await catalogue.withdraw_reward(info.context.viewer, **input.values())
