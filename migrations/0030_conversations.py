"""Conversations and visits, and the indexes by which all that happened to a customer is read in order of time."""

from typing import Any

from tortoise import fields, migrations
from tortoise.indexes import Index
from tortoise.migrations.constraints import CheckConstraint

from models.database.operations import AddOneIndex, CreateTable, MakeAppendOnly, key, not_negative, only_key
from models.database.unit import unit_now
from models.fields import LongTextField, NumberField
from rules.people.access import Role
from rules.service.visits import VisitOutcome, VisitPlace, VisitTopic

BY_RECEIPT = ("Case", "Repayment")
BY_CREATION = (
    "ApplicationStep",
    "Callback",
    "CaseEntry",
    "ConsentEntry",
    "Contact",
    "Decision",
    "Disbursement",
    "Document",
    "HardshipRequest",
    "Loan",
    "LoanEvent",
    "Milestone",
    "Notification",
    "PromiseToPay",
    "Redemption",
    "Registration",
    "SurveyResponse",
    "TierMembership",
)


def table(name: str, table: str, *columns: tuple[str, Any], **options: Any) -> CreateTable:
    """Create a table of customers' rows."""
    return CreateTable(
        name=name,
        fields=[
            ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
            ("created_at", fields.DatetimeField(default=unit_now, auto_now=False, auto_now_add=False)),
            *columns,
        ],
        options={"table": table, "app": "models", "pk_attr": "id", **options},
        bases=["Owned"],
    )


def moment(name: str, *, null: bool = False) -> tuple[str, Any]:
    """Give the column of a time."""
    return name, fields.DatetimeField(null=null, auto_now=False, auto_now_add=False)


class Migration(migrations.Migration):
    dependencies = [("models", "0029_causes")]

    operations = [
        table(
            "Conversation",
            "conversation",
            ("customer", only_key("Customer", "customer_id")),
            ("customer_read_number", NumberField(default=0, db_default=0)),
            moment("customer_read_until", null=True),
            ("customer_unread", NumberField(default=0, db_default=0)),
            ("staff_read_number", NumberField(default=0, db_default=0)),
            moment("staff_read_until", null=True),
            ("staff_unread", NumberField(default=0, db_default=0)),
            moment("waiting_since", null=True),
            constraints=[
                CheckConstraint(
                    check='("staff_unread" > 0) = ("waiting_since" IS NOT NULL)', name="conversation_waits"
                ),
                *not_negative(
                    "conversation", "customer_read_number", "customer_unread", "staff_read_number", "staff_unread"
                ),
            ],
            indexes=[Index(fields=["waiting_since", "id"])],
        ),
        table(
            "Message",
            "message",
            ("customer", key("Customer", "customer_id")),
            ("conversation", key("Conversation", "conversation_id")),
            ("author", fields.CharEnumField(description="", enum_type=Role, max_length=10)),
            ("staff", key("Staff", "staff_id", null=True)),
            ("words", LongTextField()),
            constraints=[
                CheckConstraint(check='("author" = \'CUSTOMER\') = ("staff_id" IS NULL)', name="message_author")
            ],
            indexes=[Index(fields=["conversation_id", "id"]), Index(fields=["customer_id", "created_at", "id"])],
        ),
        MakeAppendOnly("message"),
        table(
            "MessageFile",
            "message_file",
            ("customer", key("Customer", "customer_id")),
            ("message", key("Message", "message_id")),
            ("upload", only_key("Upload", "upload_id")),
            indexes=[Index(fields=["message_id", "id"]), Index(fields=["customer_id", "id"])],
        ),
        MakeAppendOnly("message_file"),
        table(
            "Visit",
            "visit",
            ("customer", key("Customer", "customer_id")),
            ("staff", key("Staff", "staff_id")),
            ("place", fields.CharEnumField(description="", enum_type=VisitPlace, max_length=9)),
            ("topic", fields.CharEnumField(description="", enum_type=VisitTopic, max_length=11)),
            ("words", LongTextField()),
            ("outcome", fields.CharEnumField(description="", enum_type=VisitOutcome, max_length=9)),
            moment("visited_at"),
            indexes=[Index(fields=["customer_id", "visited_at", "id"])],
        ),
        MakeAppendOnly("visit"),
        *(AddOneIndex(name, Index(fields=["customer_id", "created_at", "id"])) for name in BY_CREATION),
        *(AddOneIndex(name, Index(fields=["customer_id", "received_at", "id"])) for name in BY_RECEIPT),
    ]
