"""Payouts made by hand by two people, changes of loans, corrections of applications, and the version of a branch."""

from tortoise import fields, migrations
from tortoise.indexes import Index
from tortoise.migrations import operations as ops
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint

from models.database.operations import AddColumn, CreateTable, MakeAppendOnly, key
from models.database.unit import unit_now
from models.fields import DateField, TextField, VersionField
from rules.loans.changes import ChangeKind, ChangeStatus


class Migration(migrations.Migration):
    dependencies = [("models", "0003_background_work")]

    operations = [
        AddColumn(
            "Branch",
            "version",
            VersionField(default=1, db_default=1),
            CheckConstraint(check='"version" >= 0', name="branch_version_not_negative"),
        ),
        AddColumn(
            "Payout",
            "released_by",
            key("Staff", "released_by_id", null=True),
            CheckConstraint(
                check='"status" <> \'RELEASED\' OR "released_by_id" IS NOT NULL', name="payout_released_by"
            ),
        ),
        AddColumn("Payout", "released_on", DateField(null=True)),
        AddColumn(
            "Payout",
            "settled_by",
            key("Staff", "settled_by_id", null=True),
            CheckConstraint(check='"settled_by_id" <> "released_by_id"', name="payout_by_two"),
        ),
        ops.AddConstraint("Payout", UniqueConstraint(fields=("provider", "provider_reference"))),
        ops.AddIndex("Payout", Index(fields=["status", "id"])),
        ops.AddIndex("Payout", Index(fields=["bank_account_id", "status"])),
        CreateTable(
            name="Correction",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("created_at", fields.DatetimeField(default=unit_now, auto_now=False, auto_now_add=False)),
                ("customer", key("Customer", "customer_id")),
                ("application", key("Application", "application_id")),
                ("staff", key("Staff", "staff_id")),
                ("asked_by", TextField(max_length=100)),
                ("reason", TextField(max_length=500)),
            ],
            options={
                "table": "correction",
                "app": "models",
                "indexes": [Index(fields=["application_id", "id"]), Index(fields=["customer_id", "id"])],
                "pk_attr": "id",
            },
            bases=["Owned"],
        ),
        MakeAppendOnly("correction"),
        CreateTable(
            name="LoanChange",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("created_at", fields.DatetimeField(default=unit_now, auto_now=False, auto_now_add=False)),
                ("customer", key("Customer", "customer_id")),
                ("loan", key("Loan", "loan_id")),
                ("kind", fields.CharEnumField(description="", enum_type=ChangeKind, max_length=20)),
                ("status", fields.CharEnumField(description="", enum_type=ChangeStatus, max_length=10)),
                ("reason", TextField(max_length=1000)),
                ("proposed_by", key("Staff", "proposed_by_id")),
                ("decided_by", key("Staff", "decided_by_id", null=True)),
                ("decided_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "loan_change",
                "app": "models",
                "constraints": [
                    CheckConstraint(check='"decided_by_id" <> "proposed_by_id"', name="loan_change_by_two"),
                    CheckConstraint(
                        check='("status" = \'PROPOSED\') = ("decided_by_id" IS NULL)'
                        ' AND ("decided_by_id" IS NULL) = ("decided_at" IS NULL)',
                        name="loan_change_decided",
                    ),
                    UniqueConstraint(
                        fields=("loan_id", "kind"), name="loan_change_one_waits", condition="\"status\" = 'PROPOSED'"
                    ),
                ],
                "indexes": [
                    Index(fields=["loan_id", "id"]),
                    Index(fields=["customer_id", "id"]),
                    Index(fields=["status", "id"]),
                ],
                "pk_attr": "id",
            },
            bases=["LoanOwned"],
        ),
    ]
