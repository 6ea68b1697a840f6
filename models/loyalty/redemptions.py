"""Points exchanged for rewards."""

from datetime import date

from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint

from models.base import Owned
from models.fields import (
    BlindIndexField,
    DateField,
    EncryptedField,
    MaskField,
    MoneyField,
    NumberField,
    TextField,
    reference,
)
from models.secrets import Secret
from rules.loyalty.redemptions import CancelReason, RedemptionStatus
from rules.loyalty.rewards import RewardKind
from rules.loyalty.vouchers import VoucherStatus
from rules.people.access import C1, C3
from rules.people.masks import hidden


class Redemption(Owned):
    """One reward that a customer took, and what became of it. Its points are spent under the source `Redemption:id`."""

    reward = reference("Reward")
    reward_id: int
    status = fields.CharEnumField(RedemptionStatus, max_length=9)
    price_points = NumberField(tier=C1)
    currency = TextField(3, tier=C1)
    cost = MoneyField(tier=C1)
    """What it costs us, as the reward said then."""
    redeemed_on = DateField()
    partner = reference("Partner", null=True)
    partner_id: int | None
    """Who hands it out; null for a voucher."""
    code: Secret | None = EncryptedField(tier=C3, null=True)
    """What the customer shows the partner; null for a voucher, which has its own."""
    code_mask: str | None = MaskField("code", hidden, null=True)  # type: ignore[assignment]
    code_index: str | None = BlindIndexField("code", null=True, unique=True)  # type: ignore[assignment]
    confirm_by: date | None = DateField(null=True)
    """The last day on which the partner can confirm; null for a voucher."""
    settled_on: date | None = DateField(null=True)
    """When it was fulfilled or cancelled; null before."""
    cancel_reason: CancelReason | None = fields.CharEnumField(CancelReason, max_length=13, null=True)  # type: ignore[assignment]
    is_flagged = fields.BooleanField(default=False, db_default=False)
    """The partner said afterwards that it ended otherwise: somebody has to look."""

    class Meta:
        table = "redemption"
        constraints = (
            CheckConstraint(name="redemption_settled", check='("status" = \'RESERVED\') = ("settled_on" IS NULL)'),
            CheckConstraint(
                name="redemption_cancelled", check='("status" = \'CANCELLED\') = ("cancel_reason" IS NOT NULL)'
            ),
            CheckConstraint(
                name="redemption_ordered",
                check='("partner_id" IS NULL) = ("code" IS NULL) AND ("code" IS NULL) = ("confirm_by" IS NULL)'
                ' AND ("status" <> \'RESERVED\' OR "partner_id" IS NOT NULL)',
            ),
        )
        indexes = (
            ("customer_id", "reward_id", "redeemed_on"),
            ("customer_id", "id"),
            ("status", "confirm_by", "id"),
            ("status", "id"),
            ("is_flagged", "id"),
            ("reward_id", "id"),
            ("partner_id", "id"),
            ("customer_id", "created_at", "id"),
        )


class Voucher(Owned):
    """What pays interest or fees of a loan, once; its value beyond that lapses."""

    redemption = reference("Redemption", unique=True)
    redemption_id: int
    kind = fields.CharEnumField(RewardKind, max_length=16)
    status = fields.CharEnumField(VoucherStatus, max_length=9)
    code = EncryptedField(tier=C3)
    code_mask = MaskField("code", hidden)
    code_index = BlindIndexField("code", unique=True)
    currency = TextField(3, tier=C1)
    worth = MoneyField(tier=C1)
    """The most that it pays."""
    expires_on = DateField()
    """The last day on which it can be used."""
    uses = NumberField(tier=C1, default=0, db_default=0)
    """How often it was used: again where its payment was reversed."""
    used_on: date | None = DateField(null=True)
    repayment = reference("Repayment", null=True, unique=True)
    repayment_id: int | None
    """What it paid."""

    class Meta:
        table = "voucher"
        constraints = (
            CheckConstraint(
                name="voucher_kind", check="\"kind\" IN ('INTEREST_VOUCHER', 'FEE_WAIVER') AND \"worth\" > 0"
            ),
            CheckConstraint(
                name="voucher_used",
                check='("status" = \'USED\') = ("repayment_id" IS NOT NULL)'
                ' AND ("repayment_id" IS NULL) = ("used_on" IS NULL)',
            ),
        )
        indexes = (("customer_id", "expires_on", "id"), ("status", "expires_on", "id"))
