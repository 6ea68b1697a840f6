"""What people say of us, and what was done about it."""

from tortoise import fields, migrations
from tortoise.indexes import Index
from tortoise.migrations.constraints import CheckConstraint

from models.database.operations import CreateTable, key
from models.database.unit import unit_now
from models.fields import DateField, LongTextField, TextField
from rules.products.states import ProposalStatus
from rules.service.feedback import FeedbackDesk, FeedbackKind, FeedbackStatus, FeedbackTopic


class Migration(migrations.Migration):
    dependencies = [("models", "0025_complaints")]

    operations = [
        CreateTable(
            name="FeedbackNotice",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("created_at", fields.DatetimeField(default=unit_now, auto_now=False, auto_now_add=False)),
                ("status", fields.CharEnumField(description="", enum_type=ProposalStatus, max_length=8)),
                ("proposed_by", key("Staff", "proposed_by_id")),
                ("decided_by", key("Staff", "decided_by_id", null=True)),
                ("decided_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("said_zh", TextField(max_length=500)),
                ("said_en", TextField(max_length=500)),
                ("did_zh", TextField(max_length=1000)),
                ("did_en", TextField(max_length=1000)),
            ],
            options={
                "table": "feedback_notice",
                "app": "models",
                "constraints": [
                    CheckConstraint(check='"decided_by_id" <> "proposed_by_id"', name="feedback_notice_by_two"),
                    CheckConstraint(
                        check='("status" = \'PROPOSED\') = ("decided_by_id" IS NULL) AND ("decided_by_id" IS NULL) = ("decided_at" IS NULL)',
                        name="feedback_notice_decided",
                    ),
                ],
                "indexes": [Index(fields=["status", "id"])],
                "pk_attr": "id",
            },
            bases=["Public", "Proposed"],
        ),
        CreateTable(
            name="Feedback",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("created_at", fields.DatetimeField(default=unit_now, auto_now=False, auto_now_add=False)),
                ("kind", fields.CharEnumField(description="", enum_type=FeedbackKind, max_length=7)),
                ("topic", fields.CharEnumField(description="", enum_type=FeedbackTopic, max_length=6)),
                ("desk", fields.CharEnumField(description="", enum_type=FeedbackDesk, max_length=8)),
                ("status", fields.CharEnumField(description="", enum_type=FeedbackStatus, max_length=8)),
                ("branch", key("Branch", "branch_id")),
                ("customer", key("Customer", "customer_id", null=True)),
                ("loan", key("Loan", "loan_id", null=True)),
                ("screen", TextField(null=True, max_length=100)),
                ("words", LongTextField()),
                ("given_on", DateField()),
                ("answer", LongTextField(null=True)),
                ("answered_by", key("Staff", "answered_by_id", null=True)),
                ("notice", key("FeedbackNotice", "notice_id", null=True)),
            ],
            options={
                "table": "feedback",
                "app": "models",
                "constraints": [
                    CheckConstraint(
                        check='("status" = \'ANSWERED\') = ("answer" IS NOT NULL) AND ("answer" IS NULL OR ("answered_by_id" IS NOT NULL AND "customer_id" IS NOT NULL))',
                        name="feedback_answered",
                    ),
                    CheckConstraint(check='"customer_id" IS NOT NULL OR "loan_id" IS NULL', name="feedback_anonymous"),
                ],
                "indexes": [
                    Index(fields=["status", "id"]),
                    Index(fields=["kind", "id"]),
                    Index(fields=["customer_id", "id"]),
                    Index(fields=["branch_id", "id"]),
                    Index(fields=["notice_id", "id"]),
                ],
                "pk_attr": "id",
            },
            bases=["StaffOnly"],
        ),
    ]
