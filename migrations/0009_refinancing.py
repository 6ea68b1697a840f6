"""A loan settles an older one, more is lent of one that runs, statements are written, money in suspense is put back."""

from tortoise import fields, migrations
from tortoise.indexes import Index
from tortoise.migrations import operations as ops
from tortoise.migrations.constraints import CheckConstraint

from models.database.operations import (
    AddColumn,
    AddGuards,
    AddLedgerAccounts,
    CreateTable,
    MakeAppendOnly,
    Remake,
    RenewGuards,
    key,
    not_negative,
    only_key,
)
from models.database.unit import unit_now
from models.fields import MoneyField, NumberField, TextField
from rules.books.suspense import SuspenseStatus
from rules.money import ZERO

STATED = ("costs", "penalty", "interest", "principal", "credit", "total")


class Migration(migrations.Migration):
    dependencies = [("models", "0008_cooling_off_and_due_days")]

    operations = [
        Remake(
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
                ("receipt", only_key("Receipt", "receipt_id", null=True)),
                ("assignments", NumberField(default=0, db_default=0)),
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
                        ' AND ("loan_id" IS NULL) = ("assigned_by_id" IS NULL) AND ("loan_id" IS NULL) = ("receipt_id" IS NULL)',
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
                    *not_negative("suspense_item", "amount", "assignments"),
                ],
                "unique_together": (("provider", "provider_reference"),),
                "indexes": [Index(fields=["status", "id"]), Index(fields=["loan_id", "id"])],
                "pk_attr": "id",
            },
            bases=["StaffOnly"],
            values={
                "receipt_id": """(SELECT receipt.id FROM receipt WHERE receipt.provider = suspense_item_before.provider
                    AND receipt.provider_reference = suspense_item_before.provider_reference)""",
                "assignments": "CASE WHEN suspense_item_before.loan_id IS NULL THEN 0 ELSE 1 END",
            },
        ),
        AddGuards("suspense_item"),
        RenewGuards("receipt"),
        AddColumn("LoanChange", "currency", TextField(max_length=3, db_default="")),
        ops.RunSQL(
            "UPDATE loan_change SET currency = (SELECT loan.currency FROM loan WHERE loan.id = loan_change.loan_id)"
        ),
        AddColumn(
            "LoanChange",
            "amount",
            MoneyField(null=True),
            CheckConstraint(name="loan_change_lends", check='("kind" = \'TRANCHE\') = ("amount" IS NOT NULL)'),
            *not_negative("loan_change", "amount"),
        ),
        AddColumn("Payout", "change", key("LoanChange", "change_id", null=True)),
        AddLedgerAccounts("REFINANCING"),
        CreateTable(
            name="Refinancing",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("created_at", fields.DatetimeField(default=unit_now, auto_now=False, auto_now_add=False)),
                ("customer", key("Customer", "customer_id")),
                ("application", only_key("Application", "application_id")),
                ("loan", key("Loan", "loan_id")),
            ],
            options={"table": "refinancing", "app": "models", "pk_attr": "id"},
            bases=["Owned"],
        ),
        MakeAppendOnly("refinancing"),
        AddColumn(
            "ProductVersion",
            "statement_days",
            NumberField(default=0, db_default=0),
            *not_negative("product_version", "statement_days"),
        ),
        CreateTable(
            name="LoanStatement",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("created_at", fields.DatetimeField(default=unit_now, auto_now=False, auto_now_add=False)),
                ("customer", key("Customer", "customer_id")),
                ("loan", key("Loan", "loan_id")),
                ("number", NumberField()),
                ("due_on", fields.DateField()),
                ("issued_on", fields.DateField()),
                ("currency", TextField(max_length=3)),
                *((name, MoneyField()) for name in STATED),
            ],
            options={
                "table": "loan_statement",
                "app": "models",
                "constraints": [
                    CheckConstraint(
                        name="loan_statement_total",
                        check='"total" = "costs" + "penalty" + "interest" + "principal" - "credit"',
                    ),
                    *not_negative("loan_statement", "number", *STATED),
                ],
                "unique_together": (("loan_id", "due_on"),),
                "indexes": [Index(fields=["loan_id", "due_on", "id"]), Index(fields=["customer_id", "id"])],
                "pk_attr": "id",
            },
            bases=["LoanOwned"],
        ),
        MakeAppendOnly("loan_statement"),
        AddColumn("Loan", "refinances", key("Loan", "refinances_id", null=True)),
        ops.AddIndex("Loan", Index(fields=["refinances_id", "id"])),
        AddColumn(
            "Disbursement",
            "settled",
            MoneyField(default=ZERO, db_default=0),
            *not_negative("disbursement", "settled"),
        ),
        AddColumn("Payout", "settles", MoneyField(default=ZERO, db_default=0), *not_negative("payout", "settles")),
        AddColumn(
            "Payout",
            "settles_on",
            fields.DateField(null=True),
            CheckConstraint(name="payout_settles", check='("settles" > 0) = ("settles_on" IS NOT NULL)'),
        ),
    ]
