"""What one person proposes and another decides."""

from datetime import datetime

from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint

from models.base import Row
from models.fields import reference
from rules.products.states import ProposalStatus


class Proposed(Row):
    """A row that one member of staff proposes, and that holds, or does not, once another has decided."""

    status = fields.CharEnumField(ProposalStatus, max_length=8)
    proposed_by = reference("Staff")
    proposed_by_id: int
    decided_by = reference("Staff", null=True)
    decided_by_id: int | None
    decided_at: datetime | None = fields.DatetimeField(null=True)

    class Meta:
        abstract = True

    @classmethod
    def _checks(cls) -> list[CheckConstraint]:
        table = cls._meta.db_table
        return [
            *super()._checks(),
            CheckConstraint(name=f"{table}_by_two", check='"decided_by_id" <> "proposed_by_id"'),
            CheckConstraint(
                name=f"{table}_decided",
                check='("status" = \'PROPOSED\') = ("decided_by_id" IS NULL)'
                ' AND ("decided_by_id" IS NULL) = ("decided_at" IS NULL)',
            ),
        ]
