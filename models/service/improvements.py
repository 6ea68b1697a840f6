"""What is done about causes of complaints."""

from datetime import date
from typing import ClassVar

from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint

from models.base import StaffOnly
from models.fields import DateField, NumberField, TextField, reference
from rules.people.access import AUDITORS, IN_CHARGE, Role
from rules.service.improvements import ImprovementStatus


class ImprovementAction(StaffOnly):
    """Something that should make a cause rarer, opened by a manager or by the house itself."""

    seen_by: ClassVar[frozenset[Role]] = IN_CHARGE | AUDITORS

    cause = reference("Cause")
    cause_id: int
    branch = reference("Branch", null=True)
    branch_id: int | None
    """Where; null for the whole house."""
    status = fields.CharEnumField(ImprovementStatus, max_length=11)
    words: str | None = TextField(2_000, null=True)  # type: ignore[assignment]
    """What is to be done; null while only the house has seen that something should be."""
    responsible = reference("Staff", null=True)
    responsible_id: int | None
    """Who does it; null while nobody was named."""
    opened_by = reference("Staff", null=True)
    opened_by_id: int | None
    """Null for the house."""
    due_on = DateField()
    expected_percent = NumberField()
    """By how many per cent the cause should fall."""
    seen: int | None = NumberField(null=True)
    """How often the house found the cause; null where a manager opened it."""
    window_days: int | None = NumberField(null=True)
    """In how many days."""
    usual_hundredths: int | None = NumberField(null=True)
    """How often it would have been as before, in hundredths."""
    proof: str | None = TextField(2_000, null=True)  # type: ignore[assignment]
    """What shows that it is done; null unless it is."""
    dropped_because: str | None = TextField(500, null=True)  # type: ignore[assignment]
    ended_on: date | None = DateField(null=True)
    """When it was done, or dropped."""
    ended_by = reference("Staff", null=True)
    ended_by_id: int | None

    class Meta:
        table = "improvement_action"
        constraints = (
            UniqueConstraint(
                name="improvement_action_detected_once",
                fields=("cause_id",),
                condition="\"opened_by_id\" IS NULL AND \"status\" IN ('OPEN', 'IN_PROGRESS')",
            ),
            CheckConstraint(
                name="improvement_action_owned",
                check="\"status\" NOT IN ('IN_PROGRESS', 'DONE') OR \"responsible_id\" IS NOT NULL",
            ),
            CheckConstraint(
                name="improvement_action_ended",
                check="(\"status\" IN ('DONE', 'DROPPED')) = (\"ended_on\" IS NOT NULL)"
                ' AND ("ended_on" IS NULL) = ("ended_by_id" IS NULL)',
            ),
            CheckConstraint(
                name="improvement_action_proved",
                check='("status" = \'DONE\') = ("proof" IS NOT NULL)'
                ' AND ("status" = \'DROPPED\') = ("dropped_because" IS NOT NULL)',
            ),
            CheckConstraint(
                name="improvement_action_detected",
                check='("opened_by_id" IS NULL) = ("seen" IS NOT NULL) AND ("seen" IS NULL) = ("window_days" IS NULL)'
                ' AND ("seen" IS NULL) = ("usual_hundredths" IS NULL)',
            ),
            CheckConstraint(name="improvement_action_expects", check='"expected_percent" BETWEEN 1 AND 100'),
        )
        indexes = (("due_on", "id"), ("status", "due_on", "id"), ("cause_id", "status"), ("cause_id", "due_on", "id"), ("responsible_id", "due_on", "id"))  # fmt: skip
