"""Complaints and requests, what happened to them, and their clocks."""

from tortoise import fields, migrations
from tortoise.indexes import Index
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint

from models.database.operations import AddLedgerAccounts, CreateTable, MakeAppendOnly, key, not_negative, only_key
from models.database.unit import unit_now
from models.fields import LongTextField, MoneyField, NumberField, TextField
from rules.people.access import Role
from rules.products.states import ProposalStatus
from rules.service.case_clocks import CaseClockKind, DayKind
from rules.service.cases import CaseCategory, CaseChannel, CaseKind, CaseOutcome, CasePriority, CaseStatus, Complainant
from rules.service.entries import Audience, CaseEntryKind
from rules.service.redress import RedressKind


class Migration(migrations.Migration):
    dependencies = [("models", "0024_fee_waivers")]

    operations = [
        CreateTable(
            name="Case",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("created_at", fields.DatetimeField(default=unit_now, auto_now=False, auto_now_add=False)),
                ("customer", key("Customer", "customer_id")),
                ("kind", fields.CharEnumField(description="", enum_type=CaseKind, max_length=9)),
                ("category", fields.CharEnumField(description="", enum_type=CaseCategory, max_length=11)),
                ("status", fields.CharEnumField(description="", enum_type=CaseStatus, max_length=16)),
                ("priority", fields.CharEnumField(description="", enum_type=CasePriority, max_length=2)),
                ("channel", fields.CharEnumField(description="", enum_type=CaseChannel, max_length=9)),
                ("received_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("complainant", fields.CharEnumField(description="", enum_type=Complainant, max_length=8)),
                ("complainant_name", TextField(null=True, max_length=100)),
                ("proof", TextField(null=True, max_length=500)),
                ("loan", key("Loan", "loan_id", null=True)),
                ("opened_by", key("Staff", "opened_by_id", null=True)),
                ("assignee", key("Staff", "assignee_id", null=True)),
                ("is_escalated", fields.BooleanField(default=False, db_default=False)),
                ("day_kind", fields.CharEnumField(description="", enum_type=DayKind, max_length=8)),
                ("legal_days", NumberField(null=True)),
                ("waiting_since", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("reminders", NumberField(default=0, db_default=0)),
                ("due_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("reckoned_by", TextField(max_length=16)),
                ("outcome", fields.CharEnumField(null=True, description="", enum_type=CaseOutcome, max_length=13)),
                ("decided_by", key("Staff", "decided_by_id", null=True)),
                ("closed_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("is_reviewed", fields.BooleanField(default=False, db_default=False)),
                ("merged_into", key("Case", "merged_into_id", null=True)),
                ("regulator_reference", TextField(null=True, max_length=100)),
            ],
            options={
                "table": "service_case",
                "app": "models",
                "constraints": [
                    CheckConstraint(
                        check='("status" = \'WAITING_CUSTOMER\') = ("waiting_since" IS NOT NULL)',
                        name="service_case_waits",
                    ),
                    CheckConstraint(
                        check='("status" = \'MERGED\') = ("merged_into_id" IS NOT NULL)', name="service_case_merged"
                    ),
                    CheckConstraint(check='"merged_into_id" <> "id"', name="service_case_not_into_itself"),
                    CheckConstraint(
                        check='("outcome" IS NULL) = ("closed_at" IS NULL) AND ("status" NOT IN (\'CLOSED\', \'IN_REVIEW\') OR "outcome" IS NOT NULL)',
                        name="service_case_answered",
                    ),
                    CheckConstraint(
                        check='("kind" = \'COMPLAINT\') = ("legal_days" IS NOT NULL)', name="service_case_legal"
                    ),
                    *not_negative("service_case", "legal_days", "reminders"),
                ],
                "indexes": [
                    Index(fields=["customer_id", "id"]),
                    Index(fields=["kind", "id"]),
                    Index(fields=["category", "id"]),
                    Index(fields=["is_escalated", "id"]),
                    Index(fields=["status", "due_at", "id"]),
                    Index(fields=["status", "reckoned_by", "id"]),
                    Index(fields=["status", "waiting_since", "id"]),
                    Index(fields=["assignee_id", "status"]),
                    Index(fields=["merged_into_id"]),
                    Index(fields=["loan_id", "id"]),
                ],
                "pk_attr": "id",
            },
            bases=["AboutCase"],
        ),
        CreateTable(
            name="CaseClock",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("created_at", fields.DatetimeField(default=unit_now, auto_now=False, auto_now_add=False)),
                ("customer", key("Customer", "customer_id")),
                ("case", key("Case", "case_id")),
                ("kind", fields.CharEnumField(description="", enum_type=CaseClockKind, max_length=11)),
                ("round", NumberField()),
                ("started_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("due_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("ended_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("is_late", fields.BooleanField(default=False, db_default=False)),
                ("reached", NumberField(default=0, db_default=0)),
                ("next_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "case_clock",
                "app": "models",
                "unique_together": (("case_id", "kind", "round"),),
                "constraints": [*not_negative("case_clock", "round", "reached")],
                "indexes": [Index(fields=["next_at", "id"]), Index(fields=["customer_id", "id"])],
                "pk_attr": "id",
            },
            bases=["AboutCase"],
        ),
        CreateTable(
            name="CaseEntry",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("created_at", fields.DatetimeField(default=unit_now, auto_now=False, auto_now_add=False)),
                ("customer", key("Customer", "customer_id")),
                ("case", key("Case", "case_id")),
                ("kind", fields.CharEnumField(description="", enum_type=CaseEntryKind, max_length=13)),
                ("audience", fields.CharEnumField(description="", enum_type=Audience, max_length=9)),
                ("by", fields.CharEnumField(description="", enum_type=Role, max_length=10)),
                ("staff", key("Staff", "staff_id", null=True)),
                ("words", LongTextField(null=True)),
                ("clock", fields.CharEnumField(null=True, description="", enum_type=CaseClockKind, max_length=11)),
                ("priority", fields.CharEnumField(null=True, description="", enum_type=CasePriority, max_length=2)),
                ("first_reply_minutes", NumberField(null=True)),
                ("resolution_minutes", NumberField(null=True)),
                ("days", NumberField(null=True)),
                ("since", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("until", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("outcome", fields.CharEnumField(null=True, description="", enum_type=CaseOutcome, max_length=13)),
                ("other", key("Case", "other_id", null=True)),
            ],
            options={
                "table": "case_entry",
                "app": "models",
                "constraints": [*not_negative("case_entry", "first_reply_minutes", "resolution_minutes", "days")],
                "indexes": [Index(fields=["case_id", "id"]), Index(fields=["customer_id", "by", "created_at"])],
                "pk_attr": "id",
            },
            bases=["AboutCase"],
        ),
        CreateTable(
            name="CaseExtension",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("created_at", fields.DatetimeField(default=unit_now, auto_now=False, auto_now_add=False)),
                ("customer", key("Customer", "customer_id")),
                ("status", fields.CharEnumField(description="", enum_type=ProposalStatus, max_length=8)),
                ("proposed_by", key("Staff", "proposed_by_id")),
                ("decided_by", key("Staff", "decided_by_id", null=True)),
                ("decided_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("case", key("Case", "case_id")),
                ("words", TextField(max_length=2000)),
                ("days", NumberField()),
            ],
            options={
                "table": "case_extension",
                "app": "models",
                "constraints": [
                    UniqueConstraint(
                        fields=("case_id",), name="case_extension_once", condition="\"status\" <> 'DECLINED'"
                    ),
                    *not_negative("case_extension", "days"),
                    CheckConstraint(check='"decided_by_id" <> "proposed_by_id"', name="case_extension_by_two"),
                    CheckConstraint(
                        check='("status" = \'PROPOSED\') = ("decided_by_id" IS NULL) AND ("decided_by_id" IS NULL) = ("decided_at" IS NULL)',
                        name="case_extension_decided",
                    ),
                ],
                "indexes": [
                    Index(fields=["case_id", "id"]),
                    Index(fields=["customer_id", "id"]),
                    Index(fields=["status", "id"]),
                ],
                "pk_attr": "id",
            },
            bases=["CaseProposal"],
        ),
        CreateTable(
            name="CaseFile",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("created_at", fields.DatetimeField(default=unit_now, auto_now=False, auto_now_add=False)),
                ("customer", key("Customer", "customer_id")),
                ("case", key("Case", "case_id")),
                ("entry", key("CaseEntry", "entry_id")),
                ("upload", only_key("Upload", "upload_id")),
            ],
            options={
                "table": "case_file",
                "app": "models",
                "indexes": [
                    Index(fields=["case_id", "id"]),
                    Index(fields=["entry_id", "id"]),
                    Index(fields=["customer_id", "id"]),
                ],
                "pk_attr": "id",
            },
            bases=["AboutCase"],
        ),
        CreateTable(
            name="CaseRecusal",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("created_at", fields.DatetimeField(default=unit_now, auto_now=False, auto_now_add=False)),
                ("case", key("Case", "case_id")),
                ("staff", key("Staff", "staff_id")),
            ],
            options={
                "table": "case_recusal",
                "app": "models",
                "unique_together": (("case_id", "staff_id"),),
                "indexes": [Index(fields=["staff_id", "case_id"])],
                "pk_attr": "id",
            },
            bases=["Internal"],
        ),
        CreateTable(
            name="CaseRedress",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("created_at", fields.DatetimeField(default=unit_now, auto_now=False, auto_now_add=False)),
                ("customer", key("Customer", "customer_id")),
                ("status", fields.CharEnumField(description="", enum_type=ProposalStatus, max_length=8)),
                ("proposed_by", key("Staff", "proposed_by_id")),
                ("decided_by", key("Staff", "decided_by_id", null=True)),
                ("decided_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("case", key("Case", "case_id")),
                ("words", TextField(max_length=2000)),
                ("kind", fields.CharEnumField(description="", enum_type=RedressKind, max_length=10)),
                ("loan", key("Loan", "loan_id", null=True)),
                ("currency", TextField(max_length=3)),
                ("amount", MoneyField(null=True)),
                ("points", NumberField(null=True)),
                ("repayment", key("Repayment", "repayment_id", null=True)),
            ],
            options={
                "table": "case_redress",
                "app": "models",
                "constraints": [
                    CheckConstraint(
                        check='("kind" = \'FEE_REFUND\') = ("amount" IS NOT NULL) AND ("amount" IS NULL) = ("loan_id" IS NULL) AND ("kind" = \'POINTS\') = ("points" IS NOT NULL)',
                        name="case_redress_gives",
                    ),
                    CheckConstraint(
                        check='("repayment_id" IS NOT NULL) = ("kind" = \'FEE_REFUND\' AND "status" = \'APPROVED\')',
                        name="case_redress_booked",
                    ),
                    *not_negative("case_redress", "amount", "points"),
                    CheckConstraint(check='"decided_by_id" <> "proposed_by_id"', name="case_redress_by_two"),
                    CheckConstraint(
                        check='("status" = \'PROPOSED\') = ("decided_by_id" IS NULL) AND ("decided_by_id" IS NULL) = ("decided_at" IS NULL)',
                        name="case_redress_decided",
                    ),
                ],
                "indexes": [
                    Index(fields=["case_id", "id"]),
                    Index(fields=["customer_id", "id"]),
                    Index(fields=["loan_id", "status"]),
                    Index(fields=["status", "id"]),
                ],
                "pk_attr": "id",
            },
            bases=["CaseProposal"],
        ),
        MakeAppendOnly("case_entry"),
        AddLedgerAccounts("REDRESS_EXPENSE"),
    ]
