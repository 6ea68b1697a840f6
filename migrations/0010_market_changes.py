"""Reference rates and special days are proposed by one, and decided by another."""

from tortoise import fields, migrations
from tortoise.indexes import Index
from tortoise.migrations.constraints import CheckConstraint

from models.database.operations import CreateTable, MakeAppendOnly, key, not_negative
from models.database.unit import unit_now
from models.fields import RateField, TextField
from rules.products.holidays import SpecialDayKind
from rules.products.markets import MarketChangeKind
from rules.products.states import ProposalStatus


class Migration(migrations.Migration):
    dependencies = [("models", "0009_refinancing")]

    operations = [
        CreateTable(
            name="MarketChange",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("created_at", fields.DatetimeField(default=unit_now, auto_now=False, auto_now_add=False)),
                ("kind", fields.CharEnumField(description="", enum_type=MarketChangeKind, max_length=14)),
                ("status", fields.CharEnumField(description="", enum_type=ProposalStatus, max_length=8)),
                ("code", TextField(max_length=20, null=True)),
                ("valid_from", fields.DateField(null=True)),
                ("annual_rate", RateField(null=True)),
                ("proposed_by", key("Staff", "proposed_by_id")),
                ("decided_by", key("Staff", "decided_by_id", null=True)),
                ("decided_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "market_change",
                "app": "models",
                "constraints": [
                    CheckConstraint(check='"decided_by_id" <> "proposed_by_id"', name="market_change_by_two"),
                    CheckConstraint(
                        check='("status" = \'PROPOSED\') = ("decided_by_id" IS NULL)'
                        ' AND ("decided_by_id" IS NULL) = ("decided_at" IS NULL)',
                        name="market_change_decided",
                    ),
                    CheckConstraint(
                        check='("kind" = \'REFERENCE_RATE\') = ("code" IS NOT NULL)'
                        ' AND ("code" IS NULL) = ("valid_from" IS NULL) AND ("code" IS NULL) = ("annual_rate" IS NULL)',
                        name="market_change_of_a_rate",
                    ),
                    *not_negative("market_change", "annual_rate"),
                ],
                "indexes": [Index(fields=["status", "id"])],
                "pk_attr": "id",
            },
            bases=["StaffOnly"],
        ),
        CreateTable(
            name="MarketChangeDay",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("created_at", fields.DatetimeField(default=unit_now, auto_now=False, auto_now_add=False)),
                ("change", key("MarketChange", "change_id")),
                ("day", fields.DateField()),
                ("kind", fields.CharEnumField(description="", enum_type=SpecialDayKind, max_length=11)),
            ],
            options={
                "table": "market_change_day",
                "app": "models",
                "unique_together": (("change_id", "day"),),
                "pk_attr": "id",
            },
            bases=["StaffOnly"],
        ),
        MakeAppendOnly("market_change_day"),
    ]
