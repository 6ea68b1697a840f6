"""Levels by a plan that is data, who has which since when, and discounts on the contract rate."""

from tortoise import fields, migrations
from tortoise.indexes import Index
from tortoise.migrations import operations as ops
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint

from models.database.operations import AddColumn, CreateTable, MakeAppendOnly, key, not_negative, only_key
from models.database.unit import unit_now
from models.fields import DateField, MoneyField, NumberField, RateField, TextField
from rules.loyalty.tiers import TierReason
from rules.products.states import ProposalStatus


class Migration(migrations.Migration):
    dependencies = [("models", "0022_vip_services")]

    operations = [
        AddColumn("Tier", "threshold", NumberField(default=0, db_default=0), *not_negative("tier", "threshold")),
        AddColumn(
            "Tier", "rate_discount_bp", NumberField(default=0, db_default=0), *not_negative("tier", "rate_discount_bp")
        ),
        AddColumn("Tier", "review_days", NumberField(null=True), *not_negative("tier", "review_days")),
        AddColumn("PointsAccount", "perks_suspended_on", DateField(null=True)),
        ops.AddIndex("PointsAccount", Index(fields=["perks_suspended_on", "customer_id"])),
        *(
            AddColumn(
                model,
                "rate_discount_bp",
                NumberField(default=0, db_default=0),
                *not_negative(table, "rate_discount_bp"),
            )
            for model, table in (
                ("Loan", "loan"),
                ("Quote", "quote"),
                ("Offer", "offer"),
                ("CostDisclosure", "cost_disclosure"),
            )
        ),
        CreateTable(
            name="TierPlan",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("created_at", fields.DatetimeField(default=unit_now, auto_now=False, auto_now_add=False)),
                ("status", fields.CharEnumField(description="", enum_type=ProposalStatus, max_length=8)),
                ("valid_from", fields.DateField()),
                ("window_months", NumberField(default=12)),
                ("is_current", fields.BooleanField(default=False)),
                ("looked_on", fields.DateField(null=True)),
                ("proposed_by", key("Staff", "proposed_by_id")),
                ("decided_by", key("Staff", "decided_by_id", null=True)),
                ("decided_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "tier_plan",
                "app": "models",
                "constraints": [
                    CheckConstraint(name="tier_plan_by_two", check='"decided_by_id" <> "proposed_by_id"'),
                    CheckConstraint(
                        name="tier_plan_decided",
                        check='("status" = \'PROPOSED\') = ("decided_by_id" IS NULL) AND ("decided_by_id" IS NULL) = ("decided_at" IS NULL)',
                    ),
                    CheckConstraint(name="tier_plan_current", check='NOT "is_current" OR "status" = \'APPROVED\''),
                    CheckConstraint(name="tier_plan_window", check='"window_months" > 0'),
                    UniqueConstraint(
                        name="tier_plan_one_from", fields=("valid_from",), condition="\"status\" = 'APPROVED'"
                    ),
                    UniqueConstraint(name="tier_plan_one_current", fields=("is_current",), condition='"is_current"'),
                    *not_negative("tier_plan", "window_months"),
                ],
                "indexes": [Index(fields=["status", "id"])],
                "pk_attr": "id",
            },
            bases=["StaffOnly"],
        ),
        CreateTable(
            name="TierLevel",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("created_at", fields.DatetimeField(default=unit_now, auto_now=False, auto_now_add=False)),
                ("plan", key("TierPlan", "plan_id")),
                ("code", TextField(max_length=20)),
                ("rank", NumberField()),
                ("name_zh", TextField(max_length=50)),
                ("name_en", TextField(max_length=50)),
                ("threshold", NumberField()),
                ("points_percent", NumberField()),
                ("rate_discount_bp", NumberField()),
                ("review_days", NumberField(null=True)),
                ("grants_named_officer", fields.BooleanField()),
                ("priority", NumberField()),
            ],
            options={
                "table": "tier_level",
                "app": "models",
                "unique_together": (("plan_id", "rank"), ("plan_id", "code")),
                "constraints": [
                    *not_negative(
                        "tier_level",
                        "rank",
                        "threshold",
                        "points_percent",
                        "rate_discount_bp",
                        "review_days",
                        "priority",
                    ),
                ],
                "pk_attr": "id",
            },
            bases=["StaffOnly"],
        ),
        MakeAppendOnly("tier_level"),
        CreateTable(
            name="TierMembership",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("created_at", fields.DatetimeField(default=unit_now, auto_now=False, auto_now_add=False)),
                ("customer", key("Customer", "customer_id")),
                ("tier", key("Tier", "tier_id")),
                ("reason", fields.CharEnumField(description="", enum_type=TierReason, max_length=7)),
                ("qualifying_points", NumberField()),
                ("valid_from", DateField()),
                ("valid_to", DateField(null=True)),
                ("look_on", DateField(null=True)),
                ("ended_on", DateField(null=True)),
            ],
            options={
                "table": "tier_membership",
                "app": "models",
                "constraints": [
                    UniqueConstraint(
                        name="tier_membership_one_at_a_time", fields=("customer_id",), condition='"ended_on" IS NULL'
                    ),
                    CheckConstraint(name="tier_membership_ended", check='"ended_on" >= "valid_from"'),
                    CheckConstraint(
                        name="tier_membership_looked_at",
                        check='("look_on" IS NOT NULL) = ("valid_to" IS NOT NULL AND "ended_on" IS NULL)',
                    ),
                ],
                "indexes": [Index(fields=["customer_id", "id"]), Index(fields=["look_on", "customer_id"])],
                "pk_attr": "id",
            },
            bases=["Owned"],
        ),
        CreateTable(
            name="TierLook",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("created_at", fields.DatetimeField(default=unit_now, auto_now=False, auto_now_add=False)),
                ("name", TextField(max_length=20, unique=True)),
                ("entry_number", NumberField()),
            ],
            options={
                "table": "tier_look",
                "app": "models",
                "constraints": [
                    *not_negative("tier_look", "entry_number"),
                ],
                "pk_attr": "id",
            },
            bases=["Internal"],
        ),
        CreateTable(
            name="RateDiscountPolicy",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("created_at", fields.DatetimeField(default=unit_now, auto_now=False, auto_now_add=False)),
                ("product", key("Product", "product_id")),
                ("status", fields.CharEnumField(description="", enum_type=ProposalStatus, max_length=8)),
                ("valid_from", fields.DateField()),
                ("ends_on", fields.DateField(null=True)),
                ("floor", RateField()),
                ("currency", TextField(max_length=3)),
                ("budget", MoneyField(null=True)),
                ("raises_at_repricing", fields.BooleanField(default=False)),
                ("proposed_by", key("Staff", "proposed_by_id")),
                ("decided_by", key("Staff", "decided_by_id", null=True)),
                ("decided_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "rate_discount_policy",
                "app": "models",
                "constraints": [
                    CheckConstraint(name="rate_discount_policy_by_two", check='"decided_by_id" <> "proposed_by_id"'),
                    CheckConstraint(
                        name="rate_discount_policy_decided",
                        check='("status" = \'PROPOSED\') = ("decided_by_id" IS NULL) AND ("decided_by_id" IS NULL) = ("decided_at" IS NULL)',
                    ),
                    CheckConstraint(name="rate_discount_policy_validity", check='"ends_on" >= "valid_from"'),
                    UniqueConstraint(
                        name="rate_discount_policy_one_from",
                        fields=("product_id", "valid_from"),
                        condition="\"status\" = 'APPROVED'",
                    ),
                    *not_negative("rate_discount_policy", "floor", "budget"),
                ],
                "indexes": [Index(fields=["product_id", "status", "valid_from"]), Index(fields=["status", "id"])],
                "pk_attr": "id",
            },
            bases=["StaffOnly"],
        ),
        CreateTable(
            name="RateDiscount",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("created_at", fields.DatetimeField(default=unit_now, auto_now=False, auto_now_add=False)),
                ("customer", key("Customer", "customer_id")),
                ("status", fields.CharEnumField(description="", enum_type=ProposalStatus, max_length=8)),
                ("basis_points", NumberField()),
                ("reason", TextField(max_length=500)),
                ("ends_on", DateField()),
                ("proposed_by", key("Staff", "proposed_by_id")),
                ("decided_by", key("Staff", "decided_by_id", null=True)),
                ("decided_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "rate_discount",
                "app": "models",
                "constraints": [
                    CheckConstraint(name="rate_discount_is_something", check='"basis_points" > 0'),
                    CheckConstraint(name="rate_discount_by_two", check='"decided_by_id" <> "proposed_by_id"'),
                    CheckConstraint(
                        name="rate_discount_decided",
                        check='("status" = \'PROPOSED\') = ("decided_by_id" IS NULL) AND ("decided_by_id" IS NULL) = ("decided_at" IS NULL)',
                    ),
                    UniqueConstraint(
                        name="rate_discount_one_waits", fields=("customer_id",), condition="\"status\" = 'PROPOSED'"
                    ),
                    *not_negative("rate_discount", "basis_points"),
                ],
                "indexes": [Index(fields=["customer_id", "status", "ends_on"]), Index(fields=["status", "id"])],
                "pk_attr": "id",
            },
            bases=["Owned"],
        ),
        CreateTable(
            name="ApplicationDiscount",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("created_at", fields.DatetimeField(default=unit_now, auto_now=False, auto_now_add=False)),
                ("customer", key("Customer", "customer_id")),
                ("application", only_key("Application", "application_id")),
                ("basis_points", NumberField()),
                ("floor", RateField()),
                ("policy", key("RateDiscountPolicy", "policy_id")),
                ("tier", key("Tier", "tier_id", null=True)),
                ("rate_discount", key("RateDiscount", "rate_discount_id", null=True)),
            ],
            options={
                "table": "application_discount",
                "app": "models",
                "constraints": [
                    CheckConstraint(
                        name="application_discount_from_one",
                        check='("tier_id" IS NULL) <> ("rate_discount_id" IS NULL)',
                    ),
                    *not_negative("application_discount", "basis_points", "floor"),
                ],
                "pk_attr": "id",
            },
            bases=["Owned"],
        ),
        CreateTable(
            name="LoanDiscount",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("created_at", fields.DatetimeField(default=unit_now, auto_now=False, auto_now_add=False)),
                ("customer", key("Customer", "customer_id")),
                ("loan", key("Loan", "loan_id")),
                ("valid_from", DateField()),
                ("basis_points", NumberField()),
                ("floor", RateField()),
                ("policy", key("RateDiscountPolicy", "policy_id")),
                ("tier", key("Tier", "tier_id", null=True)),
                ("rate_discount", key("RateDiscount", "rate_discount_id", null=True)),
                ("is_signed", fields.BooleanField()),
                ("currency", TextField(max_length=3)),
                ("forgone", MoneyField()),
            ],
            options={
                "table": "loan_discount",
                "app": "models",
                "unique_together": (("loan_id", "valid_from"),),
                "constraints": [
                    CheckConstraint(name="loan_discount_is_something", check='"basis_points" > 0'),
                    CheckConstraint(
                        name="loan_discount_from_one", check='("tier_id" IS NULL) <> ("rate_discount_id" IS NULL)'
                    ),
                    UniqueConstraint(name="loan_discount_one_signed", fields=("loan_id",), condition='"is_signed"'),
                    *not_negative("loan_discount", "basis_points", "floor", "forgone"),
                ],
                "indexes": [Index(fields=["policy_id", "id"]), Index(fields=["customer_id", "id"])],
                "pk_attr": "id",
            },
            bases=["LoanOwned"],
        ),
        MakeAppendOnly("loan_discount"),
    ]
