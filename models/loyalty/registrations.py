"""Who takes part in an event."""

from datetime import datetime

from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint

from models.base import Owned
from models.fields import TextField, reference
from rules.loyalty.registrations import CODE_LENGTH, RegistrationEnd, RegistrationStatus
from rules.people.access import C2


class Registration(Owned):
    """A customer's registration for an event, or his place on its waiting list; whoever registers again has another."""

    event = reference("CustomerEvent")
    event_id: int
    status = fields.CharEnumField(RegistrationStatus, max_length=10)
    code = TextField(CODE_LENGTH, tier=C2, unique=True)
    """By which he is checked in."""
    is_behind = fields.BooleanField()
    """Whether he waits behind the others, because he stayed away before."""
    offered_until: datetime | None = fields.DatetimeField(null=True)
    ended_because: RegistrationEnd | None = fields.CharEnumField(RegistrationEnd, max_length=15, null=True)  # type: ignore[assignment]

    class Meta:
        table = "registration"
        constraints = (
            CheckConstraint(
                name="registration_offered", check='("status" = \'OFFERED\') = ("offered_until" IS NOT NULL)'
            ),
            CheckConstraint(
                name="registration_ended", check='("status" = \'CANCELLED\') = ("ended_because" IS NOT NULL)'
            ),
            UniqueConstraint(
                name="registration_once", fields=("event_id", "customer_id"), condition="\"status\" <> 'CANCELLED'"
            ),
        )
        indexes = (
            ("event_id", "status", "is_behind", "id"),
            ("event_id", "id"),
            ("customer_id", "event_id", "id"),
            ("customer_id", "id"),
            ("status", "offered_until", "id"),
            ("customer_id", "created_at", "id"),
        )
