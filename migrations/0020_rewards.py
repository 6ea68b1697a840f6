"""Points are exchanged for rewards: vouchers that pay for a loan, and what partners hand out."""

from tortoise import fields, migrations
from tortoise.indexes import Index
from tortoise.migrations.constraints import CheckConstraint

from models.database.operations import (
    AddColumn,
    AddLedgerAccounts,
    CreateTable,
    MakeAppendOnly,
    key,
    not_negative,
    only_key,
)
from models.database.unit import unit_now
from models.fields import BlindIndexField, EncryptedField, LongTextField, MaskField, MoneyField, NumberField, TextField
from rules.loyalty.partners import PartnerResult
from rules.loyalty.redemptions import CancelReason, RedemptionStatus
from rules.loyalty.rewards import RewardKind, RewardPeriod
from rules.loyalty.vouchers import VoucherStatus
from rules.people.masks import hidden
from rules.products.kinds import DueComponent
from rules.products.states import ProposalStatus


def row() -> list[tuple[str, object]]:
    """Give what every row has."""
    return [
        ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
        ("created_at", fields.DatetimeField(default=unit_now, auto_now=False, auto_now_add=False)),
    ]


class Migration(migrations.Migration):
    dependencies = [("models", "0019_points_ledger")]

    operations = [
        AddLedgerAccounts("REWARDS_PAYABLE", "REWARDS_EXPENSE"),
        AddColumn(
            "LoanEvent",
            "pays_only",
            fields.CharEnumField(null=True, description="", enum_type=DueComponent, max_length=9),
            CheckConstraint(
                name="loan_event_by_voucher",
                check="\"pays_only\" IS NULL OR (\"kind\" = 'PAYMENT' AND \"pays_only\" IN ('INTEREST', 'COSTS'))",
            ),
        ),
        CreateTable(
            name="Partner",
            fields=[*row(), ("name", TextField(unique=True, max_length=100)), ("secret", EncryptedField())],
            options={"table": "partner", "app": "models", "pk_attr": "id"},
            bases=["StaffOnly"],
        ),
        CreateTable(
            name="Reward",
            fields=[
                *row(),
                ("kind", fields.CharEnumField(description="", enum_type=RewardKind, max_length=16)),
                ("name_zh", TextField(max_length=50)),
                ("name_en", TextField(max_length=80)),
                ("terms_zh", TextField(max_length=500)),
                ("terms_en", TextField(max_length=1000)),
                ("price_points", NumberField()),
                ("currency", TextField(max_length=3)),
                ("cost", MoneyField()),
                ("worth", MoneyField(null=True)),
                ("usable_days", NumberField(null=True)),
                ("partner", key("Partner", "partner_id", null=True)),
                ("stock", NumberField(null=True)),
                ("limit_count", NumberField(null=True)),
                ("limit_period", fields.CharEnumField(null=True, description="", enum_type=RewardPeriod, max_length=4)),
                ("minimum_rank", NumberField(null=True)),
                ("valid_from", fields.DateField()),
                ("valid_to", fields.DateField(null=True)),
                ("is_offered", fields.BooleanField(default=False, db_default=False)),
                ("status", fields.CharEnumField(description="", enum_type=ProposalStatus, max_length=8)),
                ("proposed_by", key("Staff", "proposed_by_id")),
                ("decided_by", key("Staff", "decided_by_id", null=True)),
                ("decided_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "reward",
                "app": "models",
                "constraints": [
                    CheckConstraint(name="reward_by_two", check='"decided_by_id" <> "proposed_by_id"'),
                    CheckConstraint(
                        name="reward_decided",
                        check='("status" = \'PROPOSED\') = ("decided_by_id" IS NULL)'
                        ' AND ("decided_by_id" IS NULL) = ("decided_at" IS NULL)',
                    ),
                    CheckConstraint(name="reward_has_a_price", check='"price_points" > 0'),
                    CheckConstraint(
                        name="reward_voucher",
                        check="(\"kind\" IN ('INTEREST_VOUCHER', 'FEE_WAIVER')) = (\"worth\" IS NOT NULL)"
                        ' AND ("worth" IS NULL) = ("usable_days" IS NULL) AND ("worth" IS NULL) = ("partner_id" IS NOT NULL)',
                    ),
                    CheckConstraint(name="reward_limit", check='("limit_count" IS NULL) = ("limit_period" IS NULL)'),
                    CheckConstraint(name="reward_offered", check='NOT "is_offered" OR "status" = \'APPROVED\''),
                    CheckConstraint(name="reward_validity", check='"valid_to" IS NULL OR "valid_to" > "valid_from"'),
                    *not_negative(
                        "reward",
                        *("price_points", "cost", "worth", "usable_days", "stock", "limit_count", "minimum_rank"),
                    ),
                ],
                "indexes": [Index(fields=["status", "id"]), Index(fields=["is_offered", "price_points", "id"])],
                "pk_attr": "id",
            },
            bases=["Public"],
        ),
        CreateTable(
            name="Redemption",
            fields=[
                *row(),
                ("customer", key("Customer", "customer_id")),
                ("reward", key("Reward", "reward_id")),
                ("status", fields.CharEnumField(description="", enum_type=RedemptionStatus, max_length=9)),
                ("price_points", NumberField()),
                ("currency", TextField(max_length=3)),
                ("cost", MoneyField()),
                ("redeemed_on", fields.DateField()),
                ("partner", key("Partner", "partner_id", null=True)),
                ("code", EncryptedField(null=True)),
                ("code_mask", MaskField(of="code", mask=hidden, null=True)),
                ("code_index", BlindIndexField(of="code", null=True, unique=True)),
                ("confirm_by", fields.DateField(null=True)),
                ("settled_on", fields.DateField(null=True)),
                (
                    "cancel_reason",
                    fields.CharEnumField(null=True, description="", enum_type=CancelReason, max_length=13),
                ),
                ("is_flagged", fields.BooleanField(default=False, db_default=False)),
            ],
            options={
                "table": "redemption",
                "app": "models",
                "constraints": [
                    CheckConstraint(
                        name="redemption_settled", check='("status" = \'RESERVED\') = ("settled_on" IS NULL)'
                    ),
                    CheckConstraint(
                        name="redemption_cancelled", check='("status" = \'CANCELLED\') = ("cancel_reason" IS NOT NULL)'
                    ),
                    CheckConstraint(
                        name="redemption_ordered",
                        check='("partner_id" IS NULL) = ("code" IS NULL) AND ("code" IS NULL) = ("confirm_by" IS NULL)'
                        ' AND ("status" <> \'RESERVED\' OR "partner_id" IS NOT NULL)',
                    ),
                    *not_negative("redemption", "price_points", "cost"),
                ],
                "indexes": [
                    Index(fields=["customer_id", "reward_id", "redeemed_on"]),
                    Index(fields=["customer_id", "id"]),
                    Index(fields=["status", "confirm_by", "id"]),
                    Index(fields=["status", "id"]),
                    Index(fields=["is_flagged", "id"]),
                    Index(fields=["reward_id", "id"]),
                    Index(fields=["partner_id", "id"]),
                ],
                "pk_attr": "id",
            },
            bases=["Owned"],
        ),
        CreateTable(
            name="PartnerEvent",
            fields=[
                *row(),
                ("partner", key("Partner", "partner_id")),
                ("event_reference", TextField(max_length=64)),
                ("body", LongTextField()),
                ("redemption", key("Redemption", "redemption_id", null=True)),
                ("result", fields.CharEnumField(description="", enum_type=PartnerResult, max_length=12)),
            ],
            options={
                "table": "partner_event",
                "app": "models",
                "unique_together": (("partner_id", "event_reference"),),
                "indexes": [Index(fields=["redemption_id"])],
                "pk_attr": "id",
            },
            bases=["Internal"],
        ),
        MakeAppendOnly("partner_event"),
        CreateTable(
            name="Voucher",
            fields=[
                *row(),
                ("customer", key("Customer", "customer_id")),
                ("redemption", only_key("Redemption", "redemption_id")),
                ("kind", fields.CharEnumField(description="", enum_type=RewardKind, max_length=16)),
                ("status", fields.CharEnumField(description="", enum_type=VoucherStatus, max_length=9)),
                ("code", EncryptedField()),
                ("code_mask", MaskField(of="code", mask=hidden)),
                ("code_index", BlindIndexField(of="code", unique=True)),
                ("currency", TextField(max_length=3)),
                ("worth", MoneyField()),
                ("expires_on", fields.DateField()),
                ("uses", NumberField(default=0, db_default=0)),
                ("used_on", fields.DateField(null=True)),
                ("repayment", only_key("Repayment", "repayment_id", null=True)),
            ],
            options={
                "table": "voucher",
                "app": "models",
                "constraints": [
                    CheckConstraint(
                        name="voucher_kind", check="\"kind\" IN ('INTEREST_VOUCHER', 'FEE_WAIVER') AND \"worth\" > 0"
                    ),
                    CheckConstraint(
                        name="voucher_used",
                        check='("status" = \'USED\') = ("repayment_id" IS NOT NULL)'
                        ' AND ("repayment_id" IS NULL) = ("used_on" IS NULL)',
                    ),
                    *not_negative("voucher", "worth", "uses"),
                ],
                "indexes": [
                    Index(fields=["customer_id", "expires_on", "id"]),
                    Index(fields=["status", "expires_on", "id"]),
                ],
                "pk_attr": "id",
            },
            bases=["Owned"],
        ),
    ]
