"""The inbox."""

from datetime import datetime

from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint

from models.base import Owned
from models.fields import LongTextField, TextField, reference
from rules.people.access import C1


class Notification(Owned):
    """What one customer is told about one event; its words come from the catalogues when it is read."""

    event = reference("OutboxEvent", unique=True)
    event_id: int
    kind = TextField(60, tier=C1)
    body = LongTextField(tier=C1)
    """The named values of its words, as JSON."""
    is_read = fields.BooleanField(default=False)
    read_at: datetime | None = fields.DatetimeField(null=True)

    class Meta:
        table = "notification"
        constraints = (CheckConstraint(name="notification_read_at", check='"is_read" = ("read_at" IS NOT NULL)'),)
        indexes = (("customer_id", "id"), ("customer_id", "is_read"), ("customer_id", "created_at", "id"))
