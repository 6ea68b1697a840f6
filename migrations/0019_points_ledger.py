"""Points wait until they are final, are spent lot by lot, and are earned by rules."""

from tortoise import fields, migrations
from tortoise.indexes import Index
from tortoise.migrations import operations as ops
from tortoise.migrations.constraints import CheckConstraint

from models.database.operations import (
    AddColumn,
    CreateTable,
    MakeAppendOnly,
    MakeChangeable,
    Remake,
    key,
    not_negative,
    only_key,
)
from models.database.unit import unit_now
from models.fields import DateField, NumberField, TextField
from rules.loyalty.kinds import Act, CapPeriod, LotState, PointsSide
from rules.products.states import ProposalStatus

FIRST_RULE = """
    INSERT INTO earning_rule (created_at, act, points, pending_days, lifetime_months, is_qualifying, valid_from, status)
    VALUES ('2000-01-01 00:00:00+00:00', 'ON_TIME', 10, 14, 24, TRUE, '2000-01-01', 'APPROVED')
"""
"""What every house gave before there were rules, and gives until it says otherwise."""


class Migration(migrations.Migration):
    dependencies = [("models", "0018_notifications")]

    operations = [
        CreateTable(
            name="EarningRule",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("created_at", fields.DatetimeField(default=unit_now, auto_now=False, auto_now_add=False)),
                ("act", fields.CharEnumField(description="", enum_type=Act, max_length=20)),
                ("points", NumberField()),
                ("at_least", NumberField(null=True)),
                ("pending_days", NumberField(default=14)),
                ("lifetime_months", NumberField(default=24)),
                ("cap_points", NumberField(null=True)),
                ("cap_period", fields.CharEnumField(null=True, description="", enum_type=CapPeriod, max_length=5)),
                ("is_qualifying", fields.BooleanField(default=True)),
                ("valid_from", fields.DateField()),
                ("valid_to", fields.DateField(null=True)),
                ("status", fields.CharEnumField(description="", enum_type=ProposalStatus, max_length=8)),
                ("proposed_by", key("Staff", "proposed_by_id", null=True)),
                ("decided_by", key("Staff", "decided_by_id", null=True)),
                ("decided_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "earning_rule",
                "app": "models",
                "constraints": [
                    CheckConstraint(
                        name="earning_rule_by_two",
                        check='"decided_by_id" <> "proposed_by_id"'
                        ' AND ("proposed_by_id" IS NULL OR ("status" = \'PROPOSED\') = ("decided_by_id" IS NULL))',
                    ),
                    CheckConstraint(name="earning_rule_gives_something", check='"points" > 0'),
                    CheckConstraint(
                        name="earning_rule_measured",
                        check="(\"act\" IN ('STREAK', 'EARLY_SETTLEMENT')) = (\"at_least\" IS NOT NULL)",
                    ),
                    CheckConstraint(
                        name="earning_rule_cap",
                        check='("cap_points" IS NULL) = ("cap_period" IS NULL) AND "cap_points" >= "points"',
                    ),
                    CheckConstraint(
                        name="earning_rule_validity", check='"valid_to" IS NULL OR "valid_to" >= "valid_from"'
                    ),
                    *not_negative(
                        "earning_rule", "points", "at_least", "pending_days", "lifetime_months", "cap_points"
                    ),
                ],
                "indexes": [Index(fields=["status", "act", "id"])],
                "pk_attr": "id",
            },
            bases=["Public"],
        ),
        ops.RunSQL(FIRST_RULE),
        CreateTable(
            name="DayStep",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("created_at", fields.DatetimeField(default=unit_now, auto_now=False, auto_now_add=False)),
                ("name", TextField(unique=True, max_length=60)),
                ("done_on", fields.DateField()),
            ],
            options={"table": "day_step", "app": "models", "pk_attr": "id"},
            bases=["Internal"],
        ),
        AddColumn(
            "Tier", "points_percent", NumberField(default=100, db_default=100), *not_negative("tier", "points_percent")
        ),
        MakeChangeable("points_entry"),
        AddColumn("PointsEntry", "spendable", NumberField(default=0, db_default=0)),
        AddColumn("PointsEntry", "pending", NumberField(default=0, db_default=0)),
        AddColumn("PointsEntry", "qualifying", NumberField(default=0, db_default=0)),
        AddColumn("PointsEntry", "act", fields.CharEnumField(null=True, description="", enum_type=Act, max_length=20)),
        AddColumn("PointsEntry", "rule", key("EarningRule", "rule_id", null=True)),
        ops.RunSQL(
            "UPDATE points_entry SET spendable = points, qualifying = points,"
            " act = CASE WHEN loan_id IS NULL THEN NULL ELSE 'ON_TIME' END"
        ),
        MakeAppendOnly("points_entry"),
        MakeChangeable("point_lot"),
        AddColumn(
            "PointLot",
            "remaining",
            NumberField(db_default=0),
            CheckConstraint(
                name="point_lot_within_what_was_earned", check='"remaining" <= "earned" AND "remaining" >= 0 - "earned"'
            ),
        ),
        AddColumn(
            "PointLot",
            "state",
            fields.CharEnumField(description="", enum_type=LotState, max_length=7, db_default=LotState.EMPTY),
            CheckConstraint(
                name="point_lot_says_how_it_stands",
                check='CASE "state" WHEN \'OPEN\' THEN "remaining" > 0 WHEN \'PENDING\' THEN "remaining" > 0'
                ' WHEN \'OWED\' THEN "remaining" < 0 ELSE "remaining" = 0 END',
            ),
        ),
        AddColumn("PointLot", "expired", NumberField(default=0, db_default=0), *not_negative("point_lot", "expired")),
        AddColumn("PointLot", "is_returned", fields.BooleanField(default=False, db_default=False)),
        AddColumn("PointLot", "activates_on", fields.DateField(null=True)),
        AddColumn("PointLot", "owed_since", fields.DateField(null=True)),
        ops.RunSQL(
            """
            UPDATE point_lot SET remaining = held.points, state = CASE WHEN held.points > 0 THEN 'OPEN' ELSE 'EMPTY' END
            FROM (SELECT lot_id, CAST(SUM(points) AS BIGINT) AS points FROM points_posting
                  WHERE lot_id IS NOT NULL GROUP BY lot_id) AS held
            WHERE held.lot_id = point_lot.id
            """
        ),
        ops.AddIndex("PointLot", Index(fields=["state", "expires_on", "customer_id"])),
        ops.AddIndex("PointLot", Index(fields=["state", "activates_on", "customer_id"])),
        Remake(
            name="PointsAccount",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("created_at", fields.DatetimeField(default=unit_now, auto_now=False, auto_now_add=False)),
                ("customer", only_key("Customer", "customer_id")),
                ("tier", key("Tier", "tier_id")),
                ("balance", NumberField(default=0)),
                ("pending", NumberField(default=0)),
            ],
            options={
                "table": "points_account",
                "app": "models",
                "constraints": not_negative("points_account", "pending"),
                "indexes": [Index(fields=["tier_id", "customer_id"])],
                "pk_attr": "id",
            },
            bases=["Owned"],
            values={"pending": "0"},
        ),
        Remake(
            name="PointsPosting",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("created_at", fields.DatetimeField(default=unit_now, auto_now=False, auto_now_add=False)),
                ("customer", key("Customer", "customer_id")),
                ("entry", key("PointsEntry", "entry_id")),
                ("side", fields.CharEnumField(description="", enum_type=PointsSide, max_length=10)),
                ("lot", key("PointLot", "lot_id", null=True)),
                ("points", NumberField()),
            ],
            options={
                "table": "points_posting",
                "app": "models",
                "constraints": [
                    CheckConstraint(name="points_posting_moves_something", check='"points" <> 0'),
                    CheckConstraint(name="points_posting_lot", check='("side" <> \'ISSUED\') = ("lot_id" IS NOT NULL)'),
                ],
                "indexes": [
                    Index(fields=["entry_id"]),
                    Index(fields=["lot_id"]),
                    Index(fields=["customer_id", "id"]),
                ],
                "pk_attr": "id",
            },
            bases=["Owned"],
            values={},
        ),
        MakeAppendOnly("points_posting"),
        CreateTable(
            name="PointsAdjustment",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("created_at", fields.DatetimeField(default=unit_now, auto_now=False, auto_now_add=False)),
                ("customer", key("Customer", "customer_id")),
                ("points", NumberField()),
                ("reason", TextField(max_length=500)),
                ("status", fields.CharEnumField(description="", enum_type=ProposalStatus, max_length=8)),
                ("needs_another", fields.BooleanField()),
                ("adjusted_on", DateField()),
                ("proposed_by", key("Staff", "proposed_by_id")),
                ("decided_by", key("Staff", "decided_by_id", null=True)),
                ("decided_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "points_adjustment",
                "app": "models",
                "constraints": [
                    CheckConstraint(name="points_adjustment_moves_something", check='"points" <> 0'),
                    CheckConstraint(name="points_adjustment_by_two", check='"decided_by_id" <> "proposed_by_id"'),
                    CheckConstraint(
                        name="points_adjustment_decided",
                        check='("decided_by_id" IS NULL) = (NOT "needs_another" OR "status" = \'PROPOSED\')'
                        ' AND ("needs_another" OR "status" = \'APPROVED\')',
                    ),
                ],
                "indexes": [
                    Index(fields=["status", "id"]),
                    Index(fields=["customer_id", "id"]),
                    Index(fields=["proposed_by_id", "adjusted_on"]),
                ],
                "pk_attr": "id",
            },
            bases=["Owned"],
        ),
    ]
