"""Events to which customers are invited, callbacks that they book, what they reach, and what a tier grants."""

from tortoise import fields, migrations
from tortoise.indexes import Index
from tortoise.migrations import operations as ops
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint

from models.database.operations import AddColumn, CreateTable, MakeAppendOnly, key, not_negative
from models.database.unit import unit_now
from models.fields import DateField, LongTextField, NumberField, TextField, VersionField
from rules.loyalty.callbacks import CallbackOutcome, CallbackStatus
from rules.loyalty.customer_events import CustomerEventKind, CustomerEventStatus
from rules.loyalty.milestones import MilestoneKind
from rules.loyalty.registrations import RegistrationEnd, RegistrationStatus


class Migration(migrations.Migration):
    dependencies = [("models", "0021_referrals")]

    operations = [
        AddColumn("Tier", "grants_named_officer", fields.BooleanField(default=False, db_default=False)),
        AddColumn("Tier", "priority", NumberField(default=0, db_default=0), *not_negative("tier", "priority")),
        CreateTable(
            name="CustomerEvent",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("created_at", fields.DatetimeField(default=unit_now, auto_now=False, auto_now_add=False)),
                ("version", VersionField(default=1)),
                ("kind", fields.CharEnumField(description="", enum_type=CustomerEventKind, max_length=11)),
                ("status", fields.CharEnumField(description="", enum_type=CustomerEventStatus, max_length=9)),
                ("name_zh", TextField(max_length=100)),
                ("name_en", TextField(max_length=100)),
                ("description_zh", LongTextField()),
                ("description_en", LongTextField()),
                ("place_zh", TextField(max_length=200)),
                ("place_en", TextField(max_length=200)),
                ("starts_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("ends_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("closes_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("capacity", NumberField()),
                ("minimum_tier", key("Tier", "minimum_tier_id", null=True)),
                ("is_for_all_branches", fields.BooleanField()),
                ("saved_by", key("Staff", "saved_by_id")),
                ("published_by", key("Staff", "published_by_id", null=True)),
                ("taken_count", NumberField(default=0, db_default=0)),
                ("waiting_count", NumberField(default=0, db_default=0)),
                ("is_reminded_days", fields.BooleanField(default=False, db_default=False)),
                ("is_reminded_hours", fields.BooleanField(default=False, db_default=False)),
            ],
            options={
                "table": "customer_event",
                "app": "models",
                "constraints": [
                    CheckConstraint(check='"published_by_id" <> "saved_by_id"', name="customer_event_by_two"),
                    CheckConstraint(
                        check="\"status\" NOT IN ('PUBLISHED', 'OVER') OR \"published_by_id\" IS NOT NULL",
                        name="customer_event_published",
                    ),
                    CheckConstraint(
                        check='"capacity" > 0 AND "taken_count" <= "capacity"', name="customer_event_seats"
                    ),
                    *not_negative("customer_event", "version", "capacity", "taken_count", "waiting_count"),
                ],
                "indexes": [Index(fields=["status", "starts_at", "id"]), Index(fields=["starts_at", "id"])],
                "pk_attr": "id",
            },
            bases=["StaffOnly", "Versioned"],
        ),
        CreateTable(
            name="CustomerEventBranch",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("created_at", fields.DatetimeField(default=unit_now, auto_now=False, auto_now_add=False)),
                ("event", key("CustomerEvent", "event_id")),
                ("branch", key("Branch", "branch_id")),
            ],
            options={
                "table": "customer_event_branch",
                "app": "models",
                "unique_together": (("event_id", "branch_id"),),
                "indexes": [Index(fields=["branch_id", "event_id"])],
                "pk_attr": "id",
            },
            bases=["StaffOnly"],
        ),
        CreateTable(
            name="Registration",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("created_at", fields.DatetimeField(default=unit_now, auto_now=False, auto_now_add=False)),
                ("customer", key("Customer", "customer_id")),
                ("event", key("CustomerEvent", "event_id")),
                ("status", fields.CharEnumField(description="", enum_type=RegistrationStatus, max_length=10)),
                ("code", TextField(unique=True, max_length=6)),
                ("is_behind", fields.BooleanField()),
                ("offered_until", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                (
                    "ended_because",
                    fields.CharEnumField(null=True, description="", enum_type=RegistrationEnd, max_length=15),
                ),
            ],
            options={
                "table": "registration",
                "app": "models",
                "constraints": [
                    CheckConstraint(
                        check='("status" = \'OFFERED\') = ("offered_until" IS NOT NULL)', name="registration_offered"
                    ),
                    CheckConstraint(
                        check='("status" = \'CANCELLED\') = ("ended_because" IS NOT NULL)', name="registration_ended"
                    ),
                    UniqueConstraint(
                        fields=("event_id", "customer_id"),
                        name="registration_once",
                        condition="\"status\" <> 'CANCELLED'",
                    ),
                ],
                "indexes": [
                    Index(fields=["event_id", "status", "is_behind", "id"]),
                    Index(fields=["event_id", "id"]),
                    Index(fields=["customer_id", "event_id", "id"]),
                    Index(fields=["customer_id", "id"]),
                    Index(fields=["status", "offered_until", "id"]),
                ],
                "pk_attr": "id",
            },
            bases=["Owned"],
        ),
        CreateTable(
            name="Callback",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("created_at", fields.DatetimeField(default=unit_now, auto_now=False, auto_now_add=False)),
                ("customer", key("Customer", "customer_id")),
                ("branch", key("Branch", "branch_id")),
                ("starts_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("place", NumberField()),
                ("topic", TextField(null=True, max_length=200)),
                ("status", fields.CharEnumField(description="", enum_type=CallbackStatus, max_length=9)),
                ("rank", NumberField()),
                ("officer", key("Staff", "officer_id", null=True)),
                ("outcome", fields.CharEnumField(null=True, description="", enum_type=CallbackOutcome, max_length=11)),
                ("completed_by", key("Staff", "completed_by_id", null=True)),
            ],
            options={
                "table": "callback",
                "app": "models",
                "constraints": [
                    CheckConstraint(
                        check='("status" = \'DONE\') = ("outcome" IS NOT NULL) AND ("outcome" IS NULL) = ("completed_by_id" IS NULL)',
                        name="callback_done",
                    ),
                    UniqueConstraint(
                        fields=("branch_id", "starts_at", "place"),
                        name="callback_place_once",
                        condition="\"status\" <> 'CANCELLED'",
                    ),
                    UniqueConstraint(
                        fields=("customer_id",), name="callback_one_at_a_time", condition="\"status\" = 'BOOKED'"
                    ),
                    *not_negative("callback", "place", "rank"),
                ],
                "indexes": [
                    Index(fields=["customer_id", "id"]),
                    Index(fields=["status", "starts_at", "id"]),
                    Index(fields=["officer_id", "status"]),
                ],
                "pk_attr": "id",
            },
            bases=["Owned"],
        ),
        CreateTable(
            name="NamedOfficer",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("created_at", fields.DatetimeField(default=unit_now, auto_now=False, auto_now_add=False)),
                ("customer", key("Customer", "customer_id")),
                ("staff", key("Staff", "staff_id")),
                ("name", TextField(max_length=100)),
                ("assigned_by", key("Staff", "assigned_by_id")),
                ("ended_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "named_officer",
                "app": "models",
                "constraints": [
                    UniqueConstraint(
                        fields=("customer_id",), name="named_officer_once", condition='"ended_at" IS NULL'
                    ),
                ],
                "indexes": [Index(fields=["customer_id", "ended_at", "id"]), Index(fields=["staff_id", "ended_at"])],
                "pk_attr": "id",
            },
            bases=["Owned"],
        ),
        CreateTable(
            name="Milestone",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("created_at", fields.DatetimeField(default=unit_now, auto_now=False, auto_now_add=False)),
                ("customer", key("Customer", "customer_id")),
                ("kind", fields.CharEnumField(description="", enum_type=MilestoneKind, max_length=18)),
                ("subject", NumberField()),
                ("loan", key("Loan", "loan_id", null=True)),
                ("years", NumberField(null=True)),
                ("reached_on", DateField()),
            ],
            options={
                "table": "milestone",
                "app": "models",
                "unique_together": (("customer_id", "kind", "subject"),),
                "constraints": [
                    CheckConstraint(
                        check='"subject" = COALESCE("years", "loan_id") AND ("years" IS NULL) <> ("loan_id" IS NULL)'
                        ' AND ("kind" = \'ANNIVERSARY\') = ("years" IS NOT NULL)',
                        name="milestone_subject",
                    ),
                    *not_negative("milestone", "subject", "years"),
                ],
                "indexes": [Index(fields=["customer_id", "id"])],
                "pk_attr": "id",
            },
            bases=["Owned"],
        ),
        MakeAppendOnly("milestone"),
        ops.AddIndex("Customer", Index(fields=["created_at", "id"])),
        ops.AddIndex("Loan", Index(fields=["opened_on", "id"])),
    ]
