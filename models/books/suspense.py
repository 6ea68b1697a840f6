"""Money that matches no loan."""

from datetime import date
from typing import ClassVar

from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint

from models.base import StaffOnly
from models.fields import MoneyField, NumberField, TextField, reference
from rules.books.suspense import SuspenseStatus
from rules.people.access import AUDITORS, C2, IN_CHARGE, Role


class SuspenseItem(StaffOnly):
    """Money we received and cannot place: until it is assigned to a loan or sent back, it is nobody's."""

    seen_by: ClassVar[frozenset[Role]] = IN_CHARGE | AUDITORS

    provider = TextField(20)
    """Who received it; `manual` for what an officer recorded."""
    provider_reference = TextField(64)
    """What the bank calls it: the database refuses one that a receipt has, and a receipt one that is here.

    The receipt of an assignment has one of our own.
    """
    currency = TextField(3)
    amount = MoneyField()
    received_on = fields.DateField()
    payer_name = TextField(100, tier=C2)
    note: str | None = TextField(500, tier=C2, null=True)  # type: ignore[assignment]
    """What the payer wrote."""
    status = fields.CharEnumField(SuspenseStatus, max_length=10)
    recorded_by = reference("Staff")
    recorded_by_id: int
    assigned_by = reference("Staff", null=True)
    assigned_by_id: int | None
    loan = reference("Loan", null=True)
    loan_id: int | None
    """The loan it was assigned to."""
    receipt = reference("Receipt", null=True, unique=True)
    receipt_id: int | None
    """What the loan received of it."""
    assignments = NumberField(default=0, db_default=0)
    """How often it was assigned; an assignment that was taken back counts."""
    returned_by = reference("Staff", null=True)
    returned_by_id: int | None
    """Who sent it back: never who recorded it."""
    return_reason: str | None = TextField(500, null=True)  # type: ignore[assignment]
    settled_on: date | None = fields.DateField(null=True)
    """The business date on which it was assigned or returned."""

    class Meta:
        table = "suspense_item"
        constraints = (
            CheckConstraint(name="suspense_item_moves_something", check='"amount" > 0'),
            CheckConstraint(
                name="suspense_item_assigned",
                check='("status" = \'ASSIGNED\') = ("loan_id" IS NOT NULL)'
                ' AND ("loan_id" IS NULL) = ("assigned_by_id" IS NULL) AND ("loan_id" IS NULL) = ("receipt_id" IS NULL)',
            ),
            CheckConstraint(
                name="suspense_item_returned",
                check='("status" = \'RETURNED\') = ("returned_by_id" IS NOT NULL)'
                ' AND ("returned_by_id" IS NULL) = ("return_reason" IS NULL)',
            ),
            CheckConstraint(name="suspense_item_settled", check='("status" = \'OPEN\') = ("settled_on" IS NULL)'),
            CheckConstraint(name="suspense_item_by_two", check='"returned_by_id" <> "recorded_by_id"'),
        )
        unique_together = (("provider", "provider_reference"),)
        indexes = (("status", "id"), ("loan_id", "id"))
