"""What happened to a loan is a journal, and its installments and allocations what that journal comes to."""

from tortoise import fields, migrations
from tortoise.indexes import Index
from tortoise.migrations import operations as ops
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint

from models.database.operations import AddColumn, CreateTable, MakeAppendOnly, MakeChangeable, Remake, key, not_negative
from models.database.unit import unit_now
from models.fields import DateField, MoneyField, NumberField, RateField, TextField
from rules.loans.events import LoanEventKind, PrepaymentEffect

EVENTS_OF_REPAYMENTS = """
    INSERT INTO loan_event (created_at, customer_id, loan_id, kind, value_on, currency, amount, repayment_id)
    SELECT created_at, customer_id, loan_id, 'PAYMENT', value_on, currency, amount, id FROM repayment ORDER BY id
"""
EVENTS_OF_WRITE_OFFS = """
    INSERT INTO loan_event (created_at, customer_id, loan_id, kind, value_on, currency, change_id)
    SELECT entry.created_at, loan.customer_id, loan.id, 'WRITE_OFF', entry.booked_on, loan.currency, loan_change.id
    FROM loan_change JOIN loan ON loan.id = loan_change.loan_id JOIN entry ON entry.source = 'LoanChange:' || loan_change.id ORDER BY loan_change.id
"""
STARTS_ON = """
    COALESCE((SELECT MAX(earlier.due_on) FROM installment_before AS earlier
              WHERE earlier.loan_id = installment_before.loan_id AND earlier.number < installment_before.number),
             (SELECT loan.opened_on FROM loan WHERE loan.id = installment_before.loan_id))
"""
EVENT_NUMBER = "(SELECT loan_event.id FROM loan_event WHERE loan_event.repayment_id = allocation_before.repayment_id)"
VALUE_ON = "(SELECT repayment.value_on FROM repayment WHERE repayment.id = allocation_before.repayment_id)"
NEXT_ACTION = """
    UPDATE loan SET next_action_on = (SELECT "on" FROM accounting_day WHERE is_open)
    WHERE status IN ('ACTIVE', 'WRITTEN_OFF')
"""
"""Every loan that is owed is looked at when the next day ends."""

REWARDED = """
    UPDATE points_entry SET loan_id = installment.loan_id, installment_number = installment.number
    FROM installment WHERE points_entry.source = 'Installment:' || installment.id
"""


class Migration(migrations.Migration):
    dependencies = [("models", "0005_products_as_data")]

    operations = [
        ops.DeleteModel("AllocationLine"),
        AddColumn("Loan", "credit", MoneyField(default=0, db_default=0), *not_negative("loan", "credit")),
        AddColumn("Loan", "current_rate", RateField(db_default=0), *not_negative("loan", "current_rate")),
        AddColumn("Loan", "next_action_on", DateField(null=True)),
        AddColumn(
            "Loan",
            "days_past_due",
            NumberField(default=0, db_default=0),
            *not_negative("loan", "days_past_due"),
        ),
        ops.AddIndex("Loan", Index(fields=["next_action_on", "id"])),
        ops.AddIndex("Loan", Index(fields=["days_past_due", "id"])),
        ops.RunSQL("UPDATE loan SET current_rate = rate"),
        ops.RunSQL(NEXT_ACTION),
        CreateTable(
            name="LoanEvent",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("created_at", fields.DatetimeField(default=unit_now, auto_now=False, auto_now_add=False)),
                ("customer", key("Customer", "customer_id")),
                ("loan", key("Loan", "loan_id")),
                ("kind", fields.CharEnumField(description="", enum_type=LoanEventKind, max_length=20)),
                ("value_on", DateField()),
                ("currency", TextField(max_length=3)),
                ("amount", MoneyField(null=True)),
                ("annual_rate", RateField(null=True)),
                ("effect", fields.CharEnumField(description="", enum_type=PrepaymentEffect, max_length=20, null=True)),
                ("periods", NumberField(null=True)),
                ("due_day", NumberField(null=True)),
                ("reverses", key("LoanEvent", "reverses_id", null=True)),
                ("repayment", key("Repayment", "repayment_id", null=True)),
                ("change", key("LoanChange", "change_id", null=True)),
            ],
            options={
                "table": "loan_event",
                "app": "models",
                "constraints": [
                    CheckConstraint(
                        check='("kind" = \'REVERSAL\') = ("reverses_id" IS NOT NULL)', name="loan_event_reverses"
                    ),
                    CheckConstraint(
                        check="(\"kind\" IN ('PAYMENT', 'PREPAYMENT')) = (\"repayment_id\" IS NOT NULL)"
                        " AND (\"kind\" NOT IN ('PAYMENT', 'PREPAYMENT') OR \"amount\" > 0)",
                        name="loan_event_paid",
                    ),
                    UniqueConstraint(
                        fields=("reverses_id",),
                        name="loan_event_reversed_once",
                        condition='"reverses_id" IS NOT NULL',
                    ),
                    UniqueConstraint(
                        fields=("repayment_id",),
                        name="loan_event_repaid_once",
                        condition='"repayment_id" IS NOT NULL',
                    ),
                    *not_negative("loan_event", "amount", "annual_rate", "periods", "due_day"),
                ],
                "indexes": [
                    Index(fields=["loan_id", "value_on", "id"]),
                    Index(fields=["repayment_id", "id"]),
                    Index(fields=["customer_id", "id"]),
                ],
                "pk_attr": "id",
            },
            bases=["LoanOwned"],
        ),
        ops.RunSQL(EVENTS_OF_REPAYMENTS),
        ops.RunSQL(EVENTS_OF_WRITE_OFFS),
        MakeAppendOnly("loan_event"),
        Remake(
            name="Installment",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("created_at", fields.DatetimeField(default=unit_now, auto_now=False, auto_now_add=False)),
                ("customer", key("Customer", "customer_id")),
                ("loan", key("Loan", "loan_id")),
                ("number", NumberField()),
                ("starts_on", DateField()),
                ("ends_on", DateField()),
                ("due_on", DateField()),
                ("currency", TextField(max_length=3)),
                ("principal", MoneyField()),
                ("interest", MoneyField()),
                ("costs", MoneyField()),
                ("penalty", MoneyField()),
                ("paid_principal", MoneyField()),
                ("paid_interest", MoneyField()),
                ("paid_costs", MoneyField()),
                ("paid_penalty", MoneyField()),
                ("is_open", fields.BooleanField(default=True)),
                ("paid_on", DateField(null=True)),
            ],
            options={
                "table": "installment",
                "app": "models",
                "unique_together": (("loan_id", "number"),),
                "constraints": [
                    CheckConstraint(
                        check='"paid_principal" <= "principal" AND "paid_interest" <= "interest"'
                        ' AND "paid_costs" <= "costs" AND "paid_penalty" <= "penalty"',
                        name="installment_paid_within_due",
                    ),
                    CheckConstraint(
                        check='"is_open" = ("paid_principal" < "principal" OR "paid_interest" < "interest"'
                        ' OR "paid_costs" < "costs" OR "paid_penalty" < "penalty")',
                        name="installment_open_until_paid",
                    ),
                    CheckConstraint(check='"is_open" = ("paid_on" IS NULL)', name="installment_paid_on"),
                    *not_negative(
                        "installment",
                        "number",
                        "principal",
                        "interest",
                        "costs",
                        "penalty",
                        "paid_principal",
                        "paid_interest",
                        "paid_costs",
                        "paid_penalty",
                    ),
                ],
                "indexes": [Index(fields=["loan_id", "is_open", "number"]), Index(fields=["customer_id", "id"])],
                "pk_attr": "id",
            },
            bases=["LoanOwned"],
            values={
                "starts_on": STARTS_ON,
                "ends_on": "due_on",
                **dict.fromkeys(("costs", "penalty", "paid_costs", "paid_penalty"), "0"),
            },
        ),
        Remake(
            name="Allocation",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("created_at", fields.DatetimeField(default=unit_now, auto_now=False, auto_now_add=False)),
                ("customer", key("Customer", "customer_id")),
                ("loan", key("Loan", "loan_id")),
                ("event_number", NumberField()),
                ("value_on", DateField()),
                ("repayment", key("Repayment", "repayment_id", null=True)),
                ("currency", TextField(max_length=3)),
                ("costs", MoneyField()),
                ("penalty", MoneyField()),
                ("interest", MoneyField()),
                ("principal", MoneyField()),
                ("excess", MoneyField()),
            ],
            options={
                "table": "allocation",
                "app": "models",
                "unique_together": (("loan_id", "event_number", "value_on"),),
                "constraints": [
                    CheckConstraint(
                        check='"costs" + "penalty" + "interest" + "principal" > 0 OR "excess" <> 0',
                        name="allocation_moves_something",
                    ),
                    *not_negative("allocation", "event_number", "costs", "penalty", "interest", "principal"),
                ],
                "indexes": [
                    Index(fields=["repayment_id", "id"]),
                    Index(fields=["loan_id", "value_on", "id"]),
                    Index(fields=["customer_id", "id"]),
                ],
                "pk_attr": "id",
            },
            bases=["LoanOwned"],
            values={"event_number": EVENT_NUMBER, "value_on": VALUE_ON},
        ),
        CreateTable(
            name="PrepaymentQuote",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("created_at", fields.DatetimeField(default=unit_now, auto_now=False, auto_now_add=False)),
                ("customer", key("Customer", "customer_id")),
                ("loan", key("Loan", "loan_id")),
                ("value_on", DateField()),
                ("effect", fields.CharEnumField(description="", enum_type=PrepaymentEffect, max_length=20)),
                ("currency", TextField(max_length=3)),
                ("amount", MoneyField()),
                ("costs", MoneyField()),
                ("penalty", MoneyField()),
                ("interest", MoneyField()),
                ("principal", MoneyField()),
                ("credit", MoneyField()),
                ("saved_interest", MoneyField()),
                ("installment", MoneyField()),
                ("lines_left", NumberField()),
                ("ends_on", DateField(null=True)),
                ("is_full", fields.BooleanField()),
                ("last_event_number", NumberField()),
            ],
            options={
                "table": "prepayment_quote",
                "app": "models",
                "constraints": [
                    CheckConstraint(
                        check='"costs" + "penalty" + "interest" + "principal" = "amount" + "credit" AND "amount" > 0',
                        name="prepayment_quote_adds_up",
                    ),
                    CheckConstraint(check='"is_full" = ("ends_on" IS NULL)', name="prepayment_quote_full"),
                    *not_negative(
                        "prepayment_quote",
                        *("amount", "costs", "penalty", "interest", "principal", "credit", "installment"),
                        *("lines_left", "last_event_number"),
                    ),
                ],
                "indexes": [Index(fields=["loan_id", "id"]), Index(fields=["customer_id", "id"])],
                "pk_attr": "id",
            },
            bases=["LoanOwned"],
        ),
        MakeAppendOnly("prepayment_quote"),
        AddColumn("LoanChange", "periods", NumberField(null=True), *not_negative("loan_change", "periods")),
        AddColumn("LoanChange", "due_day", NumberField(null=True), *not_negative("loan_change", "due_day")),
        AddColumn("LoanChange", "annual_rate", RateField(null=True), *not_negative("loan_change", "annual_rate")),
        AddColumn("LoanChange", "acceptable_until", DateField(null=True)),
        AddColumn("LoanChange", "answered_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
        AddColumn("PaymentIntent", "prepayment_quote", key("PrepaymentQuote", "prepayment_quote_id", null=True)),
        AddColumn("PointsEntry", "loan", key("Loan", "loan_id", null=True)),
        AddColumn(
            "PointsEntry",
            "installment_number",
            NumberField(null=True),
            *not_negative("points_entry", "installment_number"),
        ),
        ops.AddIndex("PointsEntry", Index(fields=["loan_id", "installment_number"])),
        MakeChangeable("points_entry"),
        ops.RunSQL(REWARDED),
        MakeAppendOnly("points_entry"),
    ]
