"""The steps of an application, one after the other: where its time went."""

from datetime import date, datetime
from typing import ClassVar

from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint

from models.base import Owned, StaffOnly
from models.fields import DateField, NumberField, reference
from models.people.staff import Staff
from rules.applications.states import ApplicationStatus
from rules.applications.steps import Skill
from rules.people.access import C1, Role


class ApplicationStep(Owned):
    """A stretch of time in which an application stood somewhere; it began when the row was made."""

    application = reference("Application")
    application_id: int
    status = fields.CharEnumField(ApplicationStatus, max_length=10)
    entered_on: date = DateField()
    """The business day on which it began."""
    due_at: datetime | None = fields.DatetimeField(null=True)
    """Until when we meant to be done; null where it waits for the customer."""
    left_at: datetime | None = fields.DatetimeField(null=True)
    """Null for the step it is in."""
    seconds: int | None = NumberField(tier=C1, null=True)
    """How long it took; null until it is left."""
    is_late = fields.BooleanField(default=False, db_default=False)
    """Whether it was left after it was due."""

    class Meta:
        table = "application_step"
        constraints = (
            UniqueConstraint(
                name="application_step_one_at_a_time", fields=("application_id",), condition='"left_at" IS NULL'
            ),
            CheckConstraint(name="application_step_left", check='("left_at" IS NULL) = ("seconds" IS NULL)'),
        )
        indexes = (("application_id", "id"), ("entered_on", "id"), ("customer_id", "created_at", "id"))


class StaffSkill(StaffOnly):
    """A skill of a member of staff."""

    seen_by: ClassVar[frozenset[Role]] = Staff.seen_by

    staff = reference("Staff")
    staff_id: int
    skill = fields.CharEnumField(Skill, max_length=15)

    class Meta:
        table = "staff_skill"
        unique_together = (("staff_id", "skill"),)
