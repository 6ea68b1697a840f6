"""The chart of accounts, money in suspense, and days that are closed for good."""

from tortoise import fields, migrations
from tortoise.indexes import Index
from tortoise.migrations import operations as ops
from tortoise.migrations.constraints import CheckConstraint

from models.database.operations import AddGuards, AddLedgerAccounts, CreateTable, key
from models.database.unit import unit_now
from models.fields import MoneyField, TextField
from rules.books.accounts import AccountCode, AccountKind
from rules.books.suspense import SuspenseStatus


class Migration(migrations.Migration):
    dependencies = [("models", "0006_loans_replayed")]

    operations = [
        CreateTable(
            name="LedgerAccount",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("created_at", fields.DatetimeField(default=unit_now, auto_now=False, auto_now_add=False)),
                ("code", fields.CharEnumField(description="", enum_type=AccountCode, max_length=20, unique=True)),
                ("number", TextField(max_length=10, unique=True)),
                ("name_zh", TextField(max_length=50)),
                ("name_en", TextField(max_length=50)),
                ("kind", fields.CharEnumField(description="", enum_type=AccountKind, max_length=10)),
            ],
            options={"table": "ledger_account", "app": "models", "pk_attr": "id"},
            bases=["StaffOnly"],
        ),
        AddLedgerAccounts(
            "CASH",
            "ACCRUED_INTEREST",
            "LOANS_RECEIVABLE",
            "CUSTOMER_CREDIT",
            "SUSPENSE",
            "POINTS_LIABILITY",
            "INTEREST_INCOME",
            "PENALTY_INCOME",
            "FEE_INCOME",
            "RECOVERY_INCOME",
            "POINTS_EXPENSE",
            "WRITE_OFF_EXPENSE",
        ),
        CreateTable(
            name="SuspenseItem",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("created_at", fields.DatetimeField(default=unit_now, auto_now=False, auto_now_add=False)),
                ("provider", TextField(max_length=20)),
                ("provider_reference", TextField(max_length=64)),
                ("currency", TextField(max_length=3)),
                ("amount", MoneyField()),
                ("received_on", fields.DateField()),
                ("payer_name", TextField(max_length=100)),
                ("note", TextField(max_length=500, null=True)),
                ("status", fields.CharEnumField(description="", enum_type=SuspenseStatus, max_length=10)),
                ("recorded_by", key("Staff", "recorded_by_id")),
                ("assigned_by", key("Staff", "assigned_by_id", null=True)),
                ("loan", key("Loan", "loan_id", null=True)),
                ("returned_by", key("Staff", "returned_by_id", null=True)),
                ("return_reason", TextField(max_length=500, null=True)),
                ("settled_on", fields.DateField(null=True)),
            ],
            options={
                "table": "suspense_item",
                "app": "models",
                "constraints": [
                    CheckConstraint(check='"amount" > 0', name="suspense_item_moves_something"),
                    CheckConstraint(
                        check='("status" = \'ASSIGNED\') = ("loan_id" IS NOT NULL)'
                        ' AND ("loan_id" IS NULL) = ("assigned_by_id" IS NULL)',
                        name="suspense_item_assigned",
                    ),
                    CheckConstraint(
                        check='("status" = \'RETURNED\') = ("returned_by_id" IS NOT NULL)'
                        ' AND ("returned_by_id" IS NULL) = ("return_reason" IS NULL)',
                        name="suspense_item_returned",
                    ),
                    CheckConstraint(
                        check='("status" = \'OPEN\') = ("settled_on" IS NULL)', name="suspense_item_settled"
                    ),
                    CheckConstraint(check='"returned_by_id" <> "recorded_by_id"', name="suspense_item_by_two"),
                    CheckConstraint(check='"amount" >= 0', name="suspense_item_amount_not_negative"),
                ],
                "unique_together": (("provider", "provider_reference"),),
                "indexes": [Index(fields=["status", "id"]), Index(fields=["loan_id", "id"])],
                "pk_attr": "id",
            },
            bases=["StaffOnly"],
        ),
        ops.AddIndex("Entry", Index(fields=["booked_on", "id"])),
        ops.AddIndex("PointsEntry", Index(fields=["booked_on", "id"])),
        AddGuards("entry"),
        AddGuards("accounting_day"),
        AddGuards("receipt"),
        AddGuards("suspense_item"),
    ]
