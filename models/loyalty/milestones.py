"""What customers reached."""

from datetime import date
from typing import ClassVar

from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint

from models.base import Owned
from models.fields import DateField, NumberField, reference
from rules.loyalty.milestones import MilestoneKind
from rules.people.access import C1


class Milestone(Owned):
    """Something that a customer reached, once."""

    is_append_only: ClassVar[bool] = True

    kind = fields.CharEnumField(MilestoneKind, max_length=18)
    subject = NumberField(tier=C1)
    """What it is reached once of: the years of an anniversary, else the loan's id."""
    loan = reference("Loan", null=True)
    loan_id: int | None
    years: int | None = NumberField(tier=C1, null=True)
    reached_on: date = DateField()

    class Meta:
        table = "milestone"
        unique_together = (("customer_id", "kind", "subject"),)
        constraints = (
            CheckConstraint(
                name="milestone_subject",
                check='"subject" = COALESCE("years", "loan_id") AND ("years" IS NULL) <> ("loan_id" IS NULL)'
                ' AND ("kind" = \'ANNIVERSARY\') = ("years" IS NOT NULL)',
            ),
        )
        indexes = (("customer_id", "id"), ("customer_id", "created_at", "id"))
