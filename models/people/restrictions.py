"""Who may see a restricted file."""

from datetime import date
from typing import ClassVar

from tortoise import fields
from tortoise.migrations.constraints import UniqueConstraint

from models.base import StaffOnly
from models.fields import TextField, reference
from rules.people.access import AUDITORS, MANAGERS, Role


class AccessGrant(StaffOnly):
    """An officer who sees a restricted file, and until when."""

    seen_by: ClassVar[frozenset[Role]] = MANAGERS | AUDITORS

    customer = reference("Customer")
    customer_id: int
    staff = reference("Staff")
    staff_id: int
    last_day: date = fields.DateField()
    reason = TextField(500)
    granted_by = reference("Staff")
    granted_by_id: int
    is_active = fields.BooleanField(default=True, db_default=True)
    """False once its last day is over, or it was ended."""

    class Meta:
        table = "access_grant"
        constraints = (
            UniqueConstraint(name="access_grant_once", fields=("customer_id", "staff_id"), condition='"is_active"'),
        )
        indexes = (("customer_id", "id"), ("is_active", "last_day", "id"))
