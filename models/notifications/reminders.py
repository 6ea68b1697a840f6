"""Reminders: the plan of a product, the days that were chosen, and those that customers set themselves."""

from datetime import date, datetime
from typing import ClassVar

from tortoise import fields

from models.base import Internal, Owned, StaffOnly, Versioned
from models.fields import DateField, NumberField, TextField, reference
from rules.people.access import AUDITORS, C2, IN_CHARGE, Role


class ReminderPlan(StaffOnly, Versioned):
    """On which days before and after a due day the borrowers of a product are reminded."""

    seen_by: ClassVar[frozenset[Role]] = IN_CHARGE | AUDITORS

    product = reference("Product", unique=True)
    product_id: int
    days = TextField(200)
    """Days after the due day, those before it negative, with commas between; empty for none."""

    class Meta:
        table = "reminder_plan"


class ReminderDay(Internal):
    """How far the reminders of a day are chosen."""

    on: date = fields.DateField(unique=True)
    up_to = NumberField(default=0, db_default=0)
    """The customer up to whom all are."""
    finished_at: datetime | None = fields.DatetimeField(null=True)

    class Meta:
        table = "reminder_day"


class OwnReminder(Owned):
    """A reminder that a customer set himself, or put off."""

    note: str | None = TextField(200, tier=C2, null=True)  # type: ignore[assignment]
    """In his own words; null where he put one of ours off."""
    notification = reference("Notification", null=True)
    notification_id: int | None
    """Ours that he put off."""
    about_due_on: date | None = DateField(null=True)
    """The due day which that one was about: once nothing of it is open, nobody is reminded."""
    remind_at: datetime = fields.DatetimeField()
    is_active = fields.BooleanField(default=True, db_default=True)
    """False once it was told, or taken back."""

    class Meta:
        table = "own_reminder"
        indexes = (("is_active", "remind_at", "id"), ("customer_id", "id"), ("notification_id",))
