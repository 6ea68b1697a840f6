"""What was disclosed is kept for ever; applications are worked on step by step."""

from tortoise import fields, migrations
from tortoise.indexes import Index
from tortoise.migrations import operations as ops
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint

from models.database.operations import AddColumn, AddGuards, CreateTable, Remake, key, not_negative
from models.database.unit import unit_now
from models.fields import LongTextField, MoneyField, NumberField, RateField, TextField
from rules.applications.kinds import DisclosureStep
from rules.applications.states import ApplicationStatus
from rules.applications.steps import Skill
from rules.people.kinds import Locale


class Migration(migrations.Migration):
    dependencies = [("models", "0010_market_changes")]

    operations = [
        Remake(
            name="CostDisclosure",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("created_at", fields.DatetimeField(default=unit_now, auto_now=False, auto_now_add=False)),
                ("customer", key("Customer", "customer_id")),
                ("application", key("Application", "application_id")),
                ("step", fields.CharEnumField(description="", enum_type=DisclosureStep, max_length=6)),
                ("locale", fields.CharEnumField(description="", enum_type=Locale, max_length=5)),
                ("text", LongTextField()),
                ("text_hash", TextField(max_length=64)),
                ("currency", TextField(max_length=3)),
                ("amount", MoneyField()),
                ("total_interest", MoneyField()),
                ("total_fees", MoneyField()),
                ("annual_cost", RateField()),
                ("acknowledged_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("is_current", fields.BooleanField(default=True, db_default=True)),
            ],
            options={
                "table": "cost_disclosure",
                "app": "models",
                "constraints": [
                    CheckConstraint(check='"amount" > 0', name="cost_disclosure_is_of_something"),
                    UniqueConstraint(
                        name="cost_disclosure_one_at_a_time",
                        fields=("application_id", "step"),
                        condition='"is_current"',
                    ),
                    *not_negative(
                        "cost_disclosure", "amount", "total_interest", "total_fees", "annual_cost"
                    ),
                ],
                "indexes": [Index(fields=["application_id", "id"])],
                "pk_attr": "id",
            },
            bases=["Owned"],
            values={"is_current": "TRUE"},
        ),
        AddGuards("cost_disclosure"),
        AddColumn("Application", "skill", fields.CharEnumField(description="", enum_type=Skill, max_length=15, null=True)),
        AddColumn("Application", "assignee", key("Staff", "assignee_id", null=True)),
        AddColumn("Application", "due_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
        ops.AddIndex("Application", Index(fields=["assignee_id", "id"])),
        ops.AddIndex("Application", Index(fields=["skill", "id"])),
        CreateTable(
            name="ApplicationStep",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("created_at", fields.DatetimeField(default=unit_now, auto_now=False, auto_now_add=False)),
                ("customer", key("Customer", "customer_id")),
                ("application", key("Application", "application_id")),
                ("status", fields.CharEnumField(description="", enum_type=ApplicationStatus, max_length=10)),
                ("due_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("left_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("seconds", NumberField(null=True)),
                ("is_late", fields.BooleanField(default=False, db_default=False)),
            ],
            options={
                "table": "application_step",
                "app": "models",
                "constraints": [
                    UniqueConstraint(
                        name="application_step_one_at_a_time",
                        fields=("application_id",),
                        condition='"left_at" IS NULL',
                    ),
                    CheckConstraint(
                        check='("left_at" IS NULL) = ("seconds" IS NULL)', name="application_step_left"
                    ),
                    *not_negative("application_step", "seconds"),
                ],
                "indexes": [Index(fields=["application_id", "id"]), Index(fields=["left_at", "id"])],
                "pk_attr": "id",
            },
            bases=["Owned"],
        ),
        ops.RunSQL(  # Of earlier applications it is not known how long they stood where they stand.
            """INSERT INTO application_step (created_at, customer_id, application_id, status)
               SELECT created_at, customer_id, id, status FROM application"""
        ),
        CreateTable(
            name="StaffSkill",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("created_at", fields.DatetimeField(default=unit_now, auto_now=False, auto_now_add=False)),
                ("staff", key("Staff", "staff_id")),
                ("skill", fields.CharEnumField(description="", enum_type=Skill, max_length=15)),
            ],
            options={
                "table": "staff_skill",
                "app": "models",
                "unique_together": (("staff_id", "skill"),),
                "pk_attr": "id",
            },
            bases=["StaffOnly"],
        ),
    ]
