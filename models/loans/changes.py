"""Changes of a loan that one person proposes and another decides."""

from datetime import date, datetime
from decimal import Decimal
from typing import ClassVar

from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint

from models.base import LoanOwned
from models.fields import DateField, MoneyField, NumberField, RateField, TextField, reference
from rules.loans.changes import ChangeKind, ChangeStatus
from rules.people.access import C1


class LoanChange(LoanOwned):
    """One change of one loan, from its proposal to its decision; at most one of a kind waits at a time."""

    customer_may_see: ClassVar[bool] = False

    kind = fields.CharEnumField(ChangeKind, max_length=20)
    status = fields.CharEnumField(ChangeStatus, max_length=10)
    reason = TextField(1000, tier=C1)
    """Why, for whoever decides."""
    proposed_by = reference("Staff")
    proposed_by_id: int
    decided_by = reference("Staff", null=True)
    decided_by_id: int | None
    decided_at: datetime | None = fields.DatetimeField(null=True)
    periods: int | None = NumberField(tier=C1, null=True)
    due_day: int | None = NumberField(tier=C1, null=True)
    annual_rate: Decimal | None = RateField(tier=C1, null=True)
    currency = TextField(3, tier=C1, db_default="")
    """The loan's."""
    amount: Decimal | None = MoneyField(tier=C1, null=True)
    acceptable_until: date | None = DateField(null=True)
    """The last day on which the customer can accept it; null until it is approved, and for a write-off."""
    answered_at: datetime | None = fields.DatetimeField(null=True)
    """When the customer accepted or refused it."""

    class Meta:
        table = "loan_change"
        constraints = (
            CheckConstraint(name="loan_change_by_two", check='"decided_by_id" <> "proposed_by_id"'),
            CheckConstraint(
                name="loan_change_decided",
                check='("status" = \'PROPOSED\') = ("decided_by_id" IS NULL)'
                ' AND ("decided_by_id" IS NULL) = ("decided_at" IS NULL)',
            ),
            CheckConstraint(name="loan_change_lends", check='("kind" = \'TRANCHE\') = ("amount" IS NOT NULL)'),
            UniqueConstraint(
                name="loan_change_one_waits", fields=("loan_id", "kind"), condition="\"status\" = 'PROPOSED'"
            ),
        )
        indexes = (("loan_id", "id"), ("customer_id", "id"), ("status", "id"))
