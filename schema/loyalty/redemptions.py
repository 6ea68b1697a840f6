"""Points exchanged for rewards, and vouchers."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

import strawberry

import models
from resolvers.loyalty import redemptions, vouchers
from rules.loans.repayments import CurrencyMismatch, LoanClosed, PaymentUnderWay
from rules.loyalty.points import NotEnoughPoints, SpendingFrozen
from rules.loyalty.redemptions import CancelReason, CancelTooLate, HandedOut, RedemptionStatus
from rules.loyalty.rewards import OutOfStock, RewardKind, RewardLimitReached, RewardNotOffered, TierTooLow
from rules.loyalty.vouchers import NothingToPay, VoucherExpired, VoucherStatus, is_usable
from rules.people.access import AUDITORS, CUSTOMERS, IN_CHARGE, MANAGERS, OWNER
from rules.people.masks import hidden
from rules.people.reveal import ReasonTooShort
from rules.people.staff import OwnAffairs
from rules.states import NotPossibleNow
from schema.context import Info
from schema.declarations import (
    TODAY,
    Connection,
    Input,
    Node,
    computed,
    connection,
    filter_of,
    id_of,
    input,
    masked,
    matches,
    money,
    mutation,
    node,
    query,
    relation,
    root,
    text,
    token,
    value,
)
from schema.money import Money

if TYPE_CHECKING:
    from schema.loans.loans import Loan
    from schema.loans.repayments import Repayment
    from schema.loyalty.partners import Partner
    from schema.loyalty.rewards import Reward
    from schema.people.customers import Customer


@node(models.Redemption)
class Redemption(Node):
    """One reward that a customer took, and what became of it."""

    status: RedemptionStatus
    """Where it stands."""
    price_points: int
    """How many points it took."""
    redeemed_on: date
    """When."""
    code: str | None = masked(hidden, clear_to=OWNER)
    """What is shown to the partner who hands it out; null for a voucher, which has its own."""
    confirm_by: date | None
    """The last day on which the partner can say that he handed it out; null for a voucher."""
    settled_on: date | None
    """When it was handed out or cancelled; null before."""
    cancel_reason: CancelReason | None
    """Why it was cancelled; null if it was not."""
    is_flagged: bool
    """Whether the partner said afterwards that it ended otherwise: staff look at it."""
    created_at: datetime
    """To the second: within a day from then it can be cancelled."""
    reward: Reward = relation("reward_id")
    """What was taken, as the catalogue says it."""
    voucher: Voucher | None = relation(via="redemption_id")
    """The voucher that it gave; null for anything else."""
    partner: Partner | None = relation("partner_id")
    """Who hands it out; null for a voucher, and to customers."""
    customer: Customer = relation("customer_id")
    """Who took it."""


@node(models.Voucher)
class Voucher(Node):
    """What pays interest or fees of a loan, once; its worth beyond that lapses."""

    kind: RewardKind
    """Whether it pays interest or fees."""
    status: VoucherStatus
    """Where it stands."""
    code: str = masked(hidden, clear_to=OWNER)
    """What names it where somebody asks; with it alone nothing can be done."""
    worth: Money = money()
    """The most that it pays."""
    expires_on: date
    """The last day on which it can be used."""
    is_usable: bool = computed(is_usable, "status", "expires_on", TODAY)
    """Whether it can be used today."""
    used_on: date | None
    """When it was used; null if it was not."""
    repayment: Repayment | None = relation("repayment_id")
    """What it paid; null if it was not used."""
    redemption: Redemption = relation("redemption_id")
    """How it was had."""


@filter_of(models.Redemption)
class RedemptionFilter:
    """Narrows a list of redemptions."""

    status: RedemptionStatus | None = matches("status")
    """Those that stand here."""
    is_flagged: bool | None = matches("is_flagged")
    """Those that staff have to look at, or all others."""
    reward: strawberry.ID | None = matches("reward_id", id_of=models.Reward)
    """Those of one reward."""
    partner: strawberry.ID | None = matches("partner_id", id_of=models.Partner)
    """Those that one partner hands out."""


@root
class RedemptionRoot:
    redemptions: Connection[Redemption] = connection(filter=RedemptionFilter, allow=IN_CHARGE | AUDITORS)
    """What the customers you look after took, oldest first."""


@input
class RedeemRewardInput(Input):
    """What to take."""

    reward_id: int = id_of(models.Reward)
    """One that is offered."""
    key: str = token(64)
    """Chosen before the first try; send the same again to retry safely."""


@mutation(
    allow=CUSTOMERS,
    refusals=(SpendingFrozen, RewardNotOffered, TierTooLow, OutOfStock, RewardLimitReached, NotEnoughPoints),
)
async def redeem_reward(info: Info, input: RedeemRewardInput) -> models.Redemption:
    """Exchange points for a reward: a voucher is there at once, anything else once its partner hands it out."""
    return await redemptions.redeem(info.context.viewer, **input.values())


@input
class CancelRedemptionInput(Input):
    """What to take back."""

    redemption_id: int = id_of(models.Redemption)
    """One that was not handed out, or a voucher that was not used."""
    key: str = token(64)
    """Chosen before the first try; send the same again to retry safely."""


@mutation(allow=CUSTOMERS | MANAGERS, refusals=(OwnAffairs, NotPossibleNow, CancelTooLate, HandedOut))
async def cancel_redemption(info: Info, input: CancelRedemptionInput) -> models.Redemption:
    """Take a reward back within a day, a manager within 90 days; its points can then be spent for 30 days at least."""
    return await redemptions.cancel_redemption(info.context.viewer, **input.values())


@input
class ClearRedemptionFlagInput(Input):
    """What somebody looked at, and what came of it."""

    redemption_id: int = id_of(models.Redemption)
    """One that is flagged."""
    reason: str = text(1, 500)
    """Why it is settled; kept in the audit."""


@mutation(allow=IN_CHARGE, refusals=(OwnAffairs, ReasonTooShort))
async def clear_redemption_flag(info: Info, input: ClearRedemptionFlagInput) -> models.Redemption:
    """Say that what a partner said too late was looked at; neither points nor money move."""
    return await redemptions.clear_redemption_flag(info.context.viewer, **input.values())


@value(vouchers.VoucherUse)
class UseVoucherSuccess:
    """Used, and booked on the loan."""

    voucher: Voucher
    """It, as it is now."""
    repayment: Repayment
    """What it paid."""
    loan: Loan
    """The loan as it is now."""
    points_earned: int
    """Points for an installment that it made paid on time; 0 if none."""


@input
class UseVoucherInput(Input):
    """Which voucher, on which loan."""

    voucher_id: int = id_of(models.Voucher)
    """One of yours that can be used."""
    loan_id: int = id_of(models.Loan)
    """A loan that you borrowed and that runs."""
    key: str = token(64)
    """Chosen before the first try; send the same again to retry safely."""


_NOT_USED = (NotPossibleNow, VoucherExpired, LoanClosed, CurrencyMismatch, PaymentUnderWay, NothingToPay)


@mutation(allow=CUSTOMERS, refusals=_NOT_USED)
async def use_voucher(info: Info, input: UseVoucherInput) -> vouchers.VoucherUse:
    """Let a voucher pay the interest, or the fees, of what is due and of the next installment; the rest of its worth lapses."""
    return await vouchers.use(info.context.viewer, **input.values())


@value(vouchers.VoucherPreview)
class VoucherPreview:
    """What a voucher would pay today."""

    pays: Money
    """What it would pay of the loan."""
    lapses: Money
    """What of its worth would be lost."""


@input
class PreviewVoucherInput(Input):
    """Which voucher, on which loan."""

    voucher_id: int = id_of(models.Voucher)
    """One of yours that can be used."""
    loan_id: int = id_of(models.Loan)
    """A loan that you borrowed and that runs."""


@query(allow=CUSTOMERS, refusals=_NOT_USED)
async def preview_voucher(info: Info, input: PreviewVoucherInput) -> vouchers.VoucherPreview:
    """Say what a voucher would pay of a loan today, and what of its worth would be lost."""
    return await vouchers.preview(info.context.viewer, **input.values())
