"""The people at the desks."""

from decimal import Decimal
from typing import ClassVar

from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint

from models.base import StaffOnly
from models.fields import MoneyField, TextField, reference
from rules.people.access import ADMINS, AUDITORS, C3, IN_CHARGE, Role
from rules.people.kinds import Locale


class Staff(StaffOnly):
    """An officer, manager, marketer, auditor or admin."""

    seen_by: ClassVar[frozenset[Role]] = IN_CHARGE | AUDITORS | ADMINS

    login = TextField(64, unique=True)
    password_hash = TextField(200, tier=C3)
    """argon2id, with its salt and cost inside."""
    name = TextField(100)
    role = fields.CharEnumField(Role, max_length=10)
    decision_limit: Decimal | None = MoneyField(null=True)
    """The largest amount he may decide alone; null: none for an officer, no limit for a manager."""
    currency = TextField(3, default="CNY")
    customer = reference("Customer", null=True)
    """Who he is as a customer of ours, as an admin said: nobody settles his own affairs, or acts as two."""
    customer_id: int | None
    locale = fields.CharEnumField(Locale, max_length=5, null=True)
    is_active = fields.BooleanField(default=True)

    class Meta:
        table = "staff"
        constraints = (CheckConstraint(name="staff_role", check="\"role\" NOT IN ('CUSTOMER', 'VISITOR', 'SYSTEM')"),)
