"""What happened, waiting to be told."""

from datetime import datetime

from tortoise import fields

from models.base import Internal
from models.fields import LongTextField, NumberField, TextField, reference


class OutboxEvent(Internal):
    """An event recorded in the transaction that made it true, delivered after it, at least once."""

    kind = TextField(60)
    body = LongTextField()
    """The event's fields as JSON: opaque ids and plain values, never a name or a number of a person."""
    customer = reference("Customer", null=True)
    customer_id: int | None
    delivered_at: datetime | None = fields.DatetimeField(null=True)
    leased_until: datetime | None = fields.DatetimeField(null=True)
    """A relay is at work on it until then; null if none is."""
    tries = NumberField(default=0)

    class Meta:
        table = "outbox_event"
        indexes = (("delivered_at", "id"),)
