"""Points that a member of staff gives or takes."""

from datetime import date, datetime

from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint

from models.base import Owned
from models.fields import DateField, NumberField, TextField, reference
from rules.people.access import C1
from rules.products.states import ProposalStatus


class PointsAdjustment(Owned):
    """Points given or taken for a stated reason; beyond what one may adjust alone, another one approves it first."""

    customer_may_see = False

    points = NumberField(tier=C1, may_be_negative=True)
    """Given; less than none: taken."""
    reason = TextField(500, tier=C1)
    status = fields.CharEnumField(ProposalStatus, max_length=8)
    needs_another = fields.BooleanField()
    """Whether it was more than one may adjust alone."""
    adjusted_on: date = DateField()
    """The business date on which it was asked for."""
    proposed_by = reference("Staff")
    proposed_by_id: int
    decided_by = reference("Staff", null=True)
    decided_by_id: int | None
    decided_at: datetime | None = fields.DatetimeField(null=True)

    class Meta:
        table = "points_adjustment"
        constraints = (
            CheckConstraint(name="points_adjustment_moves_something", check='"points" <> 0'),
            CheckConstraint(name="points_adjustment_by_two", check='"decided_by_id" <> "proposed_by_id"'),
            CheckConstraint(
                name="points_adjustment_decided",
                check='("decided_by_id" IS NULL) = (NOT "needs_another" OR "status" = \'PROPOSED\')'
                ' AND ("needs_another" OR "status" = \'APPROVED\')',
            ),
        )
        indexes = (("status", "id"), ("customer_id", "id"), ("proposed_by_id", "adjusted_on"))
