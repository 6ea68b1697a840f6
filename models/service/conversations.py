"""What a customer and those who look after him write to each other."""

from datetime import datetime
from typing import ClassVar

from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint

from models.base import Owned
from models.fields import LongTextField, NumberField, reference
from rules.people.access import C1, C2, Role


class Conversation(Owned):
    """All that one customer and those who look after him write to each other; there is none before the first message."""

    customer = reference("Customer", unique=True)
    customer_read_number = NumberField(tier=C1, default=0, db_default=0)
    """The id of the last message that the customer has read; it only grows, like that of staff."""
    customer_read_until: datetime | None = fields.DatetimeField(null=True)
    """When that was written; null while he has read none."""
    customer_unread = NumberField(tier=C1, default=0, db_default=0)
    """How many messages of ours he has not read."""
    staff_read_number = NumberField(tier=C1, default=0, db_default=0)
    staff_read_until: datetime | None = fields.DatetimeField(null=True)
    staff_unread = NumberField(tier=C1, default=0, db_default=0)
    """How many messages of his nobody of us has read."""
    waiting_since: datetime | None = fields.DatetimeField(null=True)
    """When the first of those was written; null where none waits."""

    class Meta:
        table = "conversation"
        constraints = (
            CheckConstraint(name="conversation_waits", check='("staff_unread" > 0) = ("waiting_since" IS NOT NULL)'),
        )
        indexes = (("waiting_since", "id"),)


class Message(Owned):
    """One message. Rows are never edited."""

    is_append_only: ClassVar[bool] = True

    conversation = reference("Conversation")
    conversation_id: int
    author = fields.CharEnumField(Role, max_length=10)
    """As what somebody wrote it."""
    staff = reference("Staff", null=True)
    staff_id: int | None
    """Who wrote it; null for the customer."""
    words = LongTextField(tier=C2)

    class Meta:
        table = "message"
        constraints = (
            CheckConstraint(name="message_author", check='("author" = \'CUSTOMER\') = ("staff_id" IS NULL)'),
        )
        indexes = (("conversation_id", "id"), ("customer_id", "created_at", "id"))


class MessageFile(Owned):
    """A file that the customer added to a message."""

    is_append_only: ClassVar[bool] = True

    message = reference("Message")
    message_id: int
    upload = reference("Upload", unique=True)
    upload_id: int

    class Meta:
        table = "message_file"
        indexes = (("message_id", "id"), ("customer_id", "id"))
