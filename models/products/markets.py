"""What products follow from outside: reference rates, and days that the official calendar has otherwise."""

from datetime import date
from decimal import Decimal
from typing import ClassVar

from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint

from models.base import Public, StaffOnly
from models.fields import RateField, TextField, reference
from models.products.proposals import Proposed
from rules.products.holidays import SpecialDayKind
from rules.products.markets import MarketChangeKind


class ReferenceRate(Public):
    """A value of a reference rate, such as the loan prime rate of five years, and the day from which it holds."""

    is_append_only: ClassVar[bool] = True

    code = TextField(20)
    valid_from = fields.DateField()
    annual_rate = RateField()

    class Meta:
        table = "reference_rate"
        unique_together = (("code", "valid_from"),)


class SpecialDay(Public):
    """A day that is a business day or not, whatever the official calendar says."""

    day = fields.DateField(unique=True)
    kind = fields.CharEnumField(SpecialDayKind, max_length=11)

    class Meta:
        table = "special_day"


class MarketChange(StaffOnly, Proposed):
    """A value of a reference rate, or days of the calendar, that one person proposes and another decides."""

    kind = fields.CharEnumField(MarketChangeKind, max_length=14)
    code: str | None = TextField(20, null=True)  # type: ignore[assignment]
    """Of the reference rate, as the two that follow."""
    valid_from: date | None = fields.DateField(null=True)
    annual_rate: Decimal | None = RateField(null=True)

    class Meta:
        table = "market_change"
        constraints = (
            CheckConstraint(
                name="market_change_of_a_rate",
                check='("kind" = \'REFERENCE_RATE\') = ("code" IS NOT NULL)'
                ' AND ("code" IS NULL) = ("valid_from" IS NULL) AND ("code" IS NULL) = ("annual_rate" IS NULL)',
            ),
        )
        indexes = (("status", "id"),)


class MarketChangeDay(StaffOnly):
    """A day of which a proposal says whether it is a business day."""

    is_append_only: ClassVar[bool] = True

    change = reference("MarketChange")
    change_id: int
    day = fields.DateField()
    kind = fields.CharEnumField(SpecialDayKind, max_length=11)

    class Meta:
        table = "market_change_day"
        unique_together = (("change_id", "day"),)
