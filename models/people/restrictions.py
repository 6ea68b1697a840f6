"""Who may see a restricted file."""

from datetime import date

from tortoise import fields
from tortoise.migrations.constraints import UniqueConstraint

from models.base import SEES_ALL, StaffOnly
from models.fields import TextField, reference
from models.scopes import EVERYTHING, NOTHING, InBranches, Scope
from rules.people.access import MANAGERS, Role


class AccessGrant(StaffOnly):
    """An officer who sees a restricted file, and until when; for the managers of the customer's branch, and auditors."""

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

    @classmethod
    def scope(cls, role: Role) -> Scope:
        if role in SEES_ALL:
            return EVERYTHING
        return (InBranches("customer__branch_id"),) if role in MANAGERS else NOTHING

    class Meta:
        table = "access_grant"
        constraints = (
            UniqueConstraint(name="access_grant_once", fields=("customer_id", "staff_id"), condition='"is_active"'),
        )
        indexes = (("customer_id", "id"), ("is_active", "last_day", "id"))
