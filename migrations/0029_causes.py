"""Causes of complaints, which case has which, and what is done about them."""

from typing import Any

from tortoise import fields, migrations
from tortoise.indexes import Index
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint

from models.database.operations import CreateTable, key, not_negative, only_key
from models.database.unit import unit_now
from models.fields import DateField, NumberField, TextField
from rules.products.states import ProposalStatus
from rules.service.improvements import ImprovementStatus


def table(name: str, table: str, *columns: tuple[str, Any], bases: tuple[str, ...], **options: Any) -> CreateTable:
    """Create a table with the columns that every one has."""
    return CreateTable(
        name=name,
        fields=[
            ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
            ("created_at", fields.DatetimeField(default=unit_now, auto_now=False, auto_now_add=False)),
            *columns,
        ],
        options={"table": table, "app": "models", "pk_attr": "id", **options},
        bases=list(bases),
    )


class Migration(migrations.Migration):
    dependencies = [("models", "0028_knowledge")]

    operations = [
        table(
            "Cause",
            "cause",
            ("status", fields.CharEnumField(description="", enum_type=ProposalStatus, max_length=8)),
            ("proposed_by", key("Staff", "proposed_by_id")),
            ("decided_by", key("Staff", "decided_by_id", null=True)),
            ("decided_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ("code", TextField(max_length=40)),
            ("name_zh", TextField(max_length=50)),
            ("name_en", TextField(max_length=100)),
            ("parent", key("Cause", "parent_id", null=True)),
            ("is_active", fields.BooleanField(default=False, db_default=False)),
            ("since", DateField(null=True)),
            bases=("StaffOnly", "Proposed"),
            constraints=[
                UniqueConstraint(fields=("code",), name="cause_code_once", condition="\"status\" <> 'DECLINED'"),
                CheckConstraint(check='NOT "is_active" OR "status" = \'APPROVED\'', name="cause_active"),
                CheckConstraint(check='("status" = \'APPROVED\') = ("since" IS NOT NULL)', name="cause_since"),
                CheckConstraint(check='"parent_id" <> "id"', name="cause_not_under_itself"),
                CheckConstraint(check='"decided_by_id" <> "proposed_by_id"', name="cause_by_two"),
                CheckConstraint(
                    check='("status" = \'PROPOSED\') = ("decided_by_id" IS NULL)'
                    ' AND ("decided_by_id" IS NULL) = ("decided_at" IS NULL)',
                    name="cause_decided",
                ),
            ],
            indexes=[
                Index(fields=["status", "id"]),
                Index(fields=["is_active", "id"]),
                Index(fields=["parent_id", "id"]),
            ],
        ),
        table(
            "CaseCause",
            "case_cause",
            ("customer", key("Customer", "customer_id")),
            ("case", only_key("Case", "case_id")),
            ("cause", key("Cause", "cause_id")),
            ("is_systemic", fields.BooleanField(default=False, db_default=False)),
            ("found_on", DateField()),
            ("set_by", key("Staff", "set_by_id")),
            bases=("AboutCase",),
            indexes=[
                Index(fields=["found_on", "id"]),
                Index(fields=["cause_id", "found_on"]),
                Index(fields=["customer_id", "cause_id", "found_on"]),
            ],
        ),
        table(
            "ImprovementAction",
            "improvement_action",
            ("cause", key("Cause", "cause_id")),
            ("branch", key("Branch", "branch_id", null=True)),
            ("status", fields.CharEnumField(description="", enum_type=ImprovementStatus, max_length=11)),
            ("words", TextField(null=True, max_length=2000)),
            ("responsible", key("Staff", "responsible_id", null=True)),
            ("opened_by", key("Staff", "opened_by_id", null=True)),
            ("due_on", DateField()),
            ("expected_percent", NumberField()),
            ("seen", NumberField(null=True)),
            ("window_days", NumberField(null=True)),
            ("usual_hundredths", NumberField(null=True)),
            ("proof", TextField(null=True, max_length=2000)),
            ("dropped_because", TextField(null=True, max_length=500)),
            ("ended_on", DateField(null=True)),
            ("ended_by", key("Staff", "ended_by_id", null=True)),
            bases=("StaffOnly",),
            constraints=[
                UniqueConstraint(
                    fields=("cause_id",),
                    name="improvement_action_detected_once",
                    condition="\"opened_by_id\" IS NULL AND \"status\" IN ('OPEN', 'IN_PROGRESS')",
                ),
                CheckConstraint(
                    check="\"status\" NOT IN ('IN_PROGRESS', 'DONE') OR \"responsible_id\" IS NOT NULL",
                    name="improvement_action_owned",
                ),
                CheckConstraint(
                    check="(\"status\" IN ('DONE', 'DROPPED')) = (\"ended_on\" IS NOT NULL)"
                    ' AND ("ended_on" IS NULL) = ("ended_by_id" IS NULL)',
                    name="improvement_action_ended",
                ),
                CheckConstraint(
                    check='("status" = \'DONE\') = ("proof" IS NOT NULL)'
                    ' AND ("status" = \'DROPPED\') = ("dropped_because" IS NOT NULL)',
                    name="improvement_action_proved",
                ),
                CheckConstraint(
                    check='("opened_by_id" IS NULL) = ("seen" IS NOT NULL) AND ("seen" IS NULL) = ("window_days" IS NULL)'
                    ' AND ("seen" IS NULL) = ("usual_hundredths" IS NULL)',
                    name="improvement_action_detected",
                ),
                CheckConstraint(check='"expected_percent" BETWEEN 1 AND 100', name="improvement_action_expects"),
                *not_negative("improvement_action", "expected_percent", "seen", "window_days", "usual_hundredths"),
            ],
            indexes=[
                Index(fields=["due_on", "id"]),
                Index(fields=["status", "due_on", "id"]),
                Index(fields=["cause_id", "status"]),
                Index(fields=["cause_id", "due_on", "id"]),
                Index(fields=["responsible_id", "due_on", "id"]),
            ],
        ),
    ]
