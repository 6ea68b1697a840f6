"""The business date."""

from datetime import datetime

from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint

from models.base import StaffOnly


class AccountingDay(StaffOnly):
    """A day of the books. Exactly one is open: the business date, moved only by end of day."""

    on = fields.DateField(unique=True)
    is_open = fields.BooleanField(default=True)
    closed_at: datetime | None = fields.DatetimeField(null=True)

    class Meta:
        table = "accounting_day"
        constraints = (
            CheckConstraint(name="accounting_day_closed_at", check='"is_open" = ("closed_at" IS NULL)'),
            UniqueConstraint(name="accounting_day_one_open", fields=("is_open",), condition='"is_open"'),
        )
