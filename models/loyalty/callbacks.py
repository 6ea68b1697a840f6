"""Callbacks that customers book, and the officers who are theirs."""

from datetime import datetime

from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint

from models.base import Owned
from models.fields import NumberField, TextField, reference
from rules.loyalty.callbacks import CallbackOutcome, CallbackStatus
from rules.people.access import C1, C2


class Callback(Owned):
    """A customer's wish to be called in a slot; he has one at a time."""

    branch = reference("Branch")
    branch_id: int
    """Whose slot it takes: that which looked after him when he booked."""
    starts_at: datetime = fields.DatetimeField()
    place = NumberField(tier=C1)
    """Which of the slot's places it takes, from 1."""
    topic: str | None = TextField(200, tier=C2, null=True)  # type: ignore[assignment]
    status = fields.CharEnumField(CallbackStatus, max_length=9)
    rank = NumberField(tier=C1)
    """That of his tier when he booked: the higher is called first."""
    officer = reference("Staff", null=True)
    officer_id: int | None
    """His own officer, where he has one who was free."""
    outcome: CallbackOutcome | None = fields.CharEnumField(CallbackOutcome, max_length=11, null=True)  # type: ignore[assignment]
    completed_by = reference("Staff", null=True)
    completed_by_id: int | None

    class Meta:
        table = "callback"
        constraints = (
            CheckConstraint(
                name="callback_done",
                check='("status" = \'DONE\') = ("outcome" IS NOT NULL) AND ("outcome" IS NULL) = ("completed_by_id" IS NULL)',
            ),
            UniqueConstraint(
                name="callback_place_once",
                fields=("branch_id", "starts_at", "place"),
                condition="\"status\" <> 'CANCELLED'",
            ),
            UniqueConstraint(name="callback_one_at_a_time", fields=("customer_id",), condition="\"status\" = 'BOOKED'"),
        )
        indexes = (
            ("customer_id", "id"),
            ("status", "starts_at", "id"),
            ("officer_id", "status"),
            ("customer_id", "created_at", "id"),
        )


class NamedOfficer(Owned):
    """The officer of a customer's own, from his assignment until it ends."""

    staff = reference("Staff")
    staff_id: int
    name = TextField(100, tier=C1)
    """As he was called when he was assigned: customers see no accounts of staff."""
    assigned_by = reference("Staff")
    assigned_by_id: int
    ended_at: datetime | None = fields.DatetimeField(null=True)

    class Meta:
        table = "named_officer"
        constraints = (
            UniqueConstraint(name="named_officer_once", fields=("customer_id",), condition='"ended_at" IS NULL'),
        )
        indexes = (("customer_id", "ended_at", "id"), ("staff_id", "ended_at"))
