"""What happened, waiting to be told."""

from datetime import datetime

from tortoise import fields
from tortoise.migrations.constraints import UniqueConstraint

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
    once_key: str | None = TextField(80, null=True)  # type: ignore[assignment]
    """What may be told once only, such as `due:C12:2026-03-16:-3`; null for what follows from something done once."""

    class Meta:
        table = "outbox_event"
        constraints = (
            UniqueConstraint(name="outbox_event_once", fields=("once_key",), condition='"once_key" IS NOT NULL'),
        )
        indexes = (("delivered_at", "id"), ("customer_id", "kind", "id"))
