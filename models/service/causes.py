"""Why complaints had to be made: the tree of causes, and which cause a case has."""

from datetime import date
from typing import ClassVar

from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint

from models.base import StaffOnly
from models.fields import DateField, TextField, reference
from models.products.proposals import Proposed
from models.service.cases import AboutCase


class Cause(StaffOnly, Proposed):
    """A cause, or a group of them: proposed by one manager, approved by another. What it says is not changed any more."""

    code = TextField(40)
    name_zh = TextField(50)
    name_en = TextField(100)
    parent = reference("Cause", null=True)
    parent_id: int | None
    """The group; null for a group. Cases have causes, not groups."""
    is_active = fields.BooleanField(default=False, db_default=False)
    """It was approved, and not retired."""
    since: date | None = DateField(null=True)
    """From when on cases could have it; null before it was approved."""

    class Meta:
        table = "cause"
        constraints = (
            UniqueConstraint(name="cause_code_once", fields=("code",), condition="\"status\" <> 'DECLINED'"),
            CheckConstraint(name="cause_active", check='NOT "is_active" OR "status" = \'APPROVED\''),
            CheckConstraint(name="cause_since", check='("status" = \'APPROVED\') = ("since" IS NOT NULL)'),
            CheckConstraint(name="cause_not_under_itself", check='"parent_id" <> "id"'),
        )
        indexes = (("status", "id"), ("is_active", "id"), ("parent_id", "id"))


class CaseCause(AboutCase):
    """Why a case had to be opened, as whoever answered it found. The customer does not read it: the answer says what he should know."""

    customer_may_see: ClassVar[bool] = False

    case = reference("Case", unique=True)
    case_id: int
    cause = reference("Cause")
    cause_id: int
    is_systemic = fields.BooleanField(default=False, db_default=False)
    """Whether it happens again unless something is done."""
    found_on = DateField()
    """The business day on which a cause was first named; it stays when another one takes its place."""
    set_by = reference("Staff")
    set_by_id: int

    class Meta:
        table = "case_cause"
        indexes = (
            ("found_on", "id"),
            ("cause_id", "found_on"),
            ("customer_id", "cause_id", "found_on"),
        )
