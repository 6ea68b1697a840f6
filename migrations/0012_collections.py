"""Speaking with people about what is overdue, what they promise, and help when paying becomes difficult."""

from tortoise import fields, migrations
from tortoise.indexes import Index
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint

from models.database.operations import CreateTable, key, not_negative
from models.database.unit import unit_now
from models.fields import DateField, EncryptedField, MaskField, MoneyField, TextField
from rules.loans.contacts import Acquaintance, ContactChannel, ContactOutcome
from rules.loans.hardships import HardshipStatus, Situation
from rules.loans.promises import PromiseStatus
from rules.people.masks import three_and_four


class Migration(migrations.Migration):
    dependencies = [("models", "0011_casework")]

    operations = [
        CreateTable(
            name="ContactPerson",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("created_at", fields.DatetimeField(default=unit_now, auto_now=False, auto_now_add=False)),
                ("customer", key("Customer", "customer_id")),
                ("name", TextField(max_length=100)),
                ("acquaintance", fields.CharEnumField(description="", enum_type=Acquaintance, max_length=9)),
                ("phone", EncryptedField()),
                ("phone_mask", MaskField(of="phone", mask=three_and_four)),
                ("is_active", fields.BooleanField(default=True, db_default=True)),
            ],
            options={
                "table": "contact_person",
                "app": "models",
                "indexes": [Index(fields=["customer_id", "id"])],
                "pk_attr": "id",
            },
            bases=["Owned"],
        ),
        CreateTable(
            name="Contact",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("created_at", fields.DatetimeField(default=unit_now, auto_now=False, auto_now_add=False)),
                ("customer", key("Customer", "customer_id")),
                ("loan", key("Loan", "loan_id")),
                ("channel", fields.CharEnumField(description="", enum_type=ContactChannel, max_length=7)),
                ("staff", key("Staff", "staff_id")),
                ("callee", key("Customer", "callee_id", null=True)),
                ("contact_person", key("ContactPerson", "contact_person_id", null=True)),
                ("number_index", TextField(max_length=64, null=True)),
                ("contacted_on", DateField()),
                ("reason", TextField(max_length=500)),
                ("outcome", fields.CharEnumField(description="", enum_type=ContactOutcome, max_length=12, null=True)),
                ("note", TextField(max_length=500, default="", db_default="")),
                ("ended_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "contact",
                "app": "models",
                "constraints": [
                    CheckConstraint(
                        check='("callee_id" IS NULL) <> ("contact_person_id" IS NULL)', name="contact_to_one"
                    ),
                    CheckConstraint(
                        check='("channel" = \'CALL\') = ("number_index" IS NOT NULL)', name="contact_by_number"
                    ),
                    CheckConstraint(check='("outcome" IS NULL) = ("ended_at" IS NULL)', name="contact_ended"),
                ],
                "indexes": [
                    Index(fields=["loan_id", "id"]),
                    Index(fields=["customer_id", "contacted_on", "id"]),
                    Index(fields=["number_index", "contacted_on", "id"]),
                ],
                "pk_attr": "id",
            },
            bases=["LoanOwned"],
        ),
        CreateTable(
            name="PromiseToPay",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("created_at", fields.DatetimeField(default=unit_now, auto_now=False, auto_now_add=False)),
                ("customer", key("Customer", "customer_id")),
                ("loan", key("Loan", "loan_id")),
                ("currency", TextField(max_length=3)),
                ("amount", MoneyField()),
                ("promised_on", DateField()),
                ("due_on", DateField()),
                ("status", fields.CharEnumField(description="", enum_type=PromiseStatus, max_length=9)),
                ("recorded_by", key("Staff", "recorded_by_id", null=True)),
                ("settled_on", DateField(null=True)),
            ],
            options={
                "table": "promise_to_pay",
                "app": "models",
                "constraints": [
                    CheckConstraint(check='"amount" > 0', name="promise_of_something"),
                    CheckConstraint(check='("status" = \'OPEN\') = ("settled_on" IS NULL)', name="promise_settled"),
                    UniqueConstraint(
                        name="promise_one_at_a_time", fields=("loan_id",), condition="\"status\" = 'OPEN'"
                    ),
                    *not_negative("promise_to_pay", "amount"),
                ],
                "indexes": [
                    Index(fields=["loan_id", "id"]),
                    Index(fields=["status", "due_on", "id"]),
                    Index(fields=["customer_id", "id"]),
                ],
                "pk_attr": "id",
            },
            bases=["LoanOwned"],
        ),
        CreateTable(
            name="HardshipRequest",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("created_at", fields.DatetimeField(default=unit_now, auto_now=False, auto_now_add=False)),
                ("customer", key("Customer", "customer_id")),
                ("loan", key("Loan", "loan_id")),
                ("situation", fields.CharEnumField(description="", enum_type=Situation, max_length=11)),
                ("words", TextField(max_length=1000, default="", db_default="")),
                ("wants_call", fields.BooleanField()),
                ("status", fields.CharEnumField(description="", enum_type=HardshipStatus, max_length=13)),
                ("change", key("LoanChange", "change_id", null=True)),
                ("answer", TextField(max_length=1000, null=True)),
                ("answered_by", key("Staff", "answered_by_id", null=True)),
            ],
            options={
                "table": "hardship_request",
                "app": "models",
                "constraints": [
                    CheckConstraint(
                        check='("status" = \'DECLINED\') = ("answer" IS NOT NULL)'
                        ' AND ("answer" IS NULL) = ("answered_by_id" IS NULL)',
                        name="hardship_request_answered",
                    ),
                    UniqueConstraint(
                        name="hardship_request_one_at_a_time",
                        fields=("loan_id",),
                        condition="\"status\" IN ('OPEN', 'PLAN_PROPOSED')",
                    ),
                ],
                "indexes": [
                    Index(fields=["loan_id", "id"]),
                    Index(fields=["status", "id"]),
                    Index(fields=["change_id", "id"]),
                    Index(fields=["customer_id", "id"]),
                ],
                "pk_attr": "id",
            },
            bases=["LoanOwned"],
        ),
    ]
