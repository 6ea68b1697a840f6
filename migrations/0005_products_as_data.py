"""All terms of a product are data, proposed by one and approved by another; reference rates and special days."""

from tortoise import fields, migrations
from tortoise.indexes import Index
from tortoise.migrations import operations as ops
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint

from models.database.operations import (
    AddColumn,
    AddPartialUnique,
    CreateTable,
    MakeAppendOnly,
    Remake,
    key,
    not_negative,
)
from models.database.unit import unit_now
from models.fields import MoneyField, NumberField, RateField, TextField
from rules.products.holidays import SpecialDayKind
from rules.products.kinds import (
    DayCount,
    ExcessRule,
    FeeKind,
    Frequency,
    GraceKind,
    HolidayInterest,
    HolidayRule,
    PayoffRule,
    PenaltyStart,
    Rounding,
)
from rules.products.repricing import RateType, RepricingRule
from rules.products.states import ProposalStatus

CURRENCY = "(SELECT currency FROM product_version WHERE product_version.id = fee_before.product_version_id)"
ORDER = "COSTS,PENALTY,INTEREST,PRINCIPAL"


def choice(enum: type, length: int, default: object = None) -> object:
    said = {"null": True} if default is None else {"default": default, "db_default": default}
    return fields.CharEnumField(description="", enum_type=enum, max_length=length, **said)


def term(name: str, field: object, *checks: CheckConstraint) -> AddColumn:
    if isinstance(field, NumberField | RateField) and name != "spread_bp":
        checks = (*not_negative("product_version", name), *checks)
    return AddColumn("ProductVersion", name, field, *checks)


class Migration(migrations.Migration):
    dependencies = [("models", "0004_payouts_by_hand_and_changes")]

    operations = [
        term("status", choice(ProposalStatus, 10, ProposalStatus.APPROVED)),
        term("proposed_by", key("Staff", "proposed_by_id", null=True)),
        term(
            "decided_by",
            key("Staff", "decided_by_id", null=True),
            CheckConstraint(
                check='"decided_by_id" <> "proposed_by_id" AND ("proposed_by_id" IS NULL'
                ' OR ("status" = \'PROPOSED\') = ("decided_by_id" IS NULL))',
                name="product_version_by_two",
            ),
            CheckConstraint(check='NOT "is_current" OR "status" = \'APPROVED\'', name="product_version_current"),
        ),
        term("decided_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
        term("rate_type", choice(RateType, 8, RateType.FIXED)),
        term("reference_rate", TextField(max_length=20, null=True)),
        term("spread_bp", NumberField(default=0, db_default=0)),
        term(
            "repricing",
            choice(RepricingRule, 11),
            CheckConstraint(
                check='("rate_type" = \'FLOATING\') = ("reference_rate" IS NOT NULL)'
                ' AND ("rate_type" = \'FLOATING\') = ("repricing" IS NOT NULL)',
                name="product_version_floats",
            ),
        ),
        term("frequency", choice(Frequency, 11, Frequency.MONTHLY)),
        term("day_count", choice(DayCount, 10, DayCount.TWELFTHS)),
        term(
            "due_day",
            NumberField(null=True),
            CheckConstraint(check='"due_day" BETWEEN 1 AND 31', name="product_version_due_day"),
        ),
        term("rounding", choice(Rounding, 7, Rounding.CENT)),
        term("holiday_rule", choice(HolidayRule, 13, HolidayRule.NEVER)),
        term("holiday_interest", choice(HolidayInterest, 12, HolidayInterest.TO_DUE_DAY)),
        term("holiday_region", TextField(max_length=2, null=True)),
        term("grace_periods", NumberField(default=0, db_default=0)),
        term("grace_kind", choice(GraceKind, 9, GraceKind.PRINCIPAL)),
        term("step_share", RateField(default=0, db_default=0)),
        term("step_every", NumberField(default=12, db_default=12)),
        term("penalty_multiplier", RateField(null=True)),
        term("penalty_grace_days", NumberField(default=0, db_default=0)),
        term("penalty_starts", choice(PenaltyStart, 9, PenaltyStart.DUE_DAY)),
        term("penalty_on_interest", fields.BooleanField(default=False, db_default=False)),
        term("penalty_day_count", choice(DayCount, 10, DayCount.ACT_360)),
        term("allocation_order", TextField(max_length=40, default=ORDER, db_default=ORDER)),
        term("excess", choice(ExcessRule, 17, ExcessRule.NEXT_INSTALLMENTS)),
        term("payoff", choice(PayoffRule, 13, PayoffRule.TO_DATE)),
        term("max_annual_cost", RateField(null=True)),
        AddPartialUnique(
            "ProductVersion",
            UniqueConstraint(
                fields=("product_id", "valid_from"),
                name="product_version_one_from",
                condition="\"status\" = 'APPROVED'",
            ),
        ),
        ops.AddIndex("ProductVersion", Index(fields=["status", "id"])),
        Remake(
            name="Fee",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("created_at", fields.DatetimeField(default=unit_now, auto_now=False, auto_now_add=False)),
                ("product_version", key("ProductVersion", "product_version_id")),
                ("kind", fields.CharEnumField(description="", enum_type=FeeKind, max_length=10)),
                ("name_zh", TextField(max_length=100)),
                ("name_en", TextField(max_length=100)),
                ("rate", RateField()),
                ("currency", TextField(max_length=3)),
                ("amount", MoneyField(default=0, db_default=0)),
                ("until_months", NumberField(null=True)),
            ],
            options={
                "table": "fee",
                "app": "models",
                "unique_together": (("product_version_id", "kind", "until_months"),),
                "constraints": not_negative("fee", "rate", "amount", "until_months"),
                "indexes": [Index(fields=["product_version_id", "id"])],
                "pk_attr": "id",
            },
            bases=["Public"],
            values={"amount": "0", "until_months": "NULL", "currency": CURRENCY},
        ),
        CreateTable(
            name="ReferenceRate",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("created_at", fields.DatetimeField(default=unit_now, auto_now=False, auto_now_add=False)),
                ("code", TextField(max_length=20)),
                ("valid_from", fields.DateField()),
                ("annual_rate", RateField()),
            ],
            options={
                "table": "reference_rate",
                "app": "models",
                "unique_together": (("code", "valid_from"),),
                "constraints": not_negative("reference_rate", "annual_rate"),
                "pk_attr": "id",
            },
            bases=["Public"],
        ),
        MakeAppendOnly("reference_rate"),
        CreateTable(
            name="SpecialDay",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("created_at", fields.DatetimeField(default=unit_now, auto_now=False, auto_now_add=False)),
                ("day", fields.DateField(unique=True)),
                ("kind", fields.CharEnumField(description="", enum_type=SpecialDayKind, max_length=11)),
            ],
            options={"table": "special_day", "app": "models", "pk_attr": "id"},
            bases=["Public"],
        ),
    ]
