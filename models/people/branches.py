"""Branches of the lender."""

from tortoise import fields
from tortoise.migrations.constraints import UniqueConstraint

from models.base import Public, StaffOnly, Versioned
from models.fields import TextField, VersionField, reference


class Branch(Public, Versioned):
    """A place of the lender's that looks after customers."""

    code = TextField(20, unique=True)
    name_zh = TextField(100)
    name_en = TextField(100)
    is_default = fields.BooleanField(default=False)
    """New customers who name no branch join this one; there is exactly one."""

    version = VersionField(db_default=1)
    """As of any row that two people may edit; the rows there were before it had one begin with 1."""

    class Meta:
        table = "branch"
        constraints = (UniqueConstraint(name="branch_one_default", fields=("is_default",), condition='"is_default"'),)


class StaffBranch(StaffOnly):
    """Which branches a member of staff works for: an officer one, a manager any number."""

    staff = reference("Staff")
    staff_id: int
    branch = reference("Branch")
    branch_id: int

    class Meta:
        table = "staff_branch"
        unique_together = (("staff_id", "branch_id"),)
