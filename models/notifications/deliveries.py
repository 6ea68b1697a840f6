"""What became of each message on each way, why somebody was not told, and what could not be sent."""

from datetime import date, datetime
from typing import ClassVar

from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint

from models.base import Owned, StaffOnly
from models.fields import DateField, NumberField, TextField, reference
from rules.notifications.classes import Category, Lane, MessageChannel, MessageClass
from rules.notifications.deliveries import DeliveryReason, DeliveryState
from rules.people.access import ADMINS, AUDITORS, C1, Role


class Delivery(Owned):
    """One notification on one way: to one address, or not sent there for a reason."""

    customer_may_see: ClassVar[bool] = False

    notification = reference("Notification")
    notification_id: int
    kind = TextField(60, tier=C1)
    message_class = fields.CharEnumField(MessageClass, max_length=9)
    category = fields.CharEnumField(Category, max_length=12)
    channel = fields.CharEnumField(MessageChannel, max_length=5)
    lane: Lane | None = fields.CharEnumField(Lane, max_length=6, null=True)  # type: ignore[assignment]
    """Who carries it; null where nobody does."""
    address = reference("PushAddress", null=True)
    address_id: int | None
    target = TextField(40, tier=C1)
    """What makes it one of its kind: `push:12`, `sms`, `email`; `push` where there was no address."""
    state = fields.CharEnumField(DeliveryState, max_length=8)
    reason: DeliveryReason | None = fields.CharEnumField(DeliveryReason, max_length=12, null=True)  # type: ignore[assignment]
    due_at: datetime = fields.DatetimeField()
    """Not before; while a worker has it, until when it has it alone."""
    expires_at: datetime = fields.DatetimeField()
    """Not afterwards."""
    tries = NumberField(tier=C1, default=0, db_default=0)
    about_due_on: date | None = DateField(null=True)
    """The due day that it reminds of: once nothing of it is open, it is not sent."""
    tag = TextField(64, tier=C1)
    """The same in every repetition: a phone shows the newer in place of the older."""
    carrier_reference = TextField(200, tier=C1, default="", db_default="")
    """What the carrier calls it."""
    detail = TextField(100, tier=C1, default="", db_default="")
    """What the carrier said last, in its own code."""
    settled_at: datetime | None = fields.DatetimeField(null=True)
    """When it was accepted, failed or skipped."""
    opened_at: datetime | None = fields.DatetimeField(null=True)

    class Meta:
        table = "delivery"
        constraints = (
            CheckConstraint(name="delivery_settled", check='("state" = \'QUEUED\') = ("settled_at" IS NULL)'),
            CheckConstraint(
                name="delivery_reason", check="\"state\" NOT IN ('FAILED', 'SKIPPED') OR \"reason\" IS NOT NULL"
            ),
        )
        unique_together = (("notification_id", "target"),)
        indexes = (("state", "lane", "due_at", "id"), ("customer_id", "id"), ("created_at",), ("address_id",))


class LeftOut(Owned):
    """Somebody who would have been told something, and was not, for a reason."""

    customer_may_see: ClassVar[bool] = False

    kind = TextField(60, tier=C1)
    subject_key = TextField(80, tier=C1)
    """What it was about: the key by which he would have been told once."""
    reason = fields.CharEnumField(DeliveryReason, max_length=12)
    promotion = reference("Promotion", null=True)
    promotion_id: int | None

    class Meta:
        table = "left_out"
        unique_together = (("subject_key",),)
        indexes = (("customer_id", "id"), ("promotion_id", "reason", "id"))


class DeadLetter(StaffOnly):
    """An event that cannot be read, or a message that its carrier calls malformed: for an admin to mend and send again."""

    seen_by: ClassVar[frozenset[Role]] = ADMINS | AUDITORS

    event = reference("OutboxEvent")
    event_id: int
    delivery = reference("Delivery", null=True)
    delivery_id: int | None
    """Null where the event itself cannot be read."""
    kind = TextField(60)
    problem = TextField(500)
    """What went wrong; it names nobody."""
    is_open = fields.BooleanField(default=True, db_default=True)
    replayed_at: datetime | None = fields.DatetimeField(null=True)

    class Meta:
        table = "dead_letter"
        constraints = (
            CheckConstraint(name="dead_letter_replayed", check='"is_open" = ("replayed_at" IS NULL)'),
            UniqueConstraint(name="dead_letter_once", fields=("event_id", "delivery_id"), condition='"is_open"'),
        )
        indexes = (("is_open", "id"),)
