"""Points: accounts, lots, and their journal."""

from typing import ClassVar

from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint

from models.base import Owned, Public
from models.fields import DateField, NumberField, TextField, reference
from rules.loyalty.kinds import PointsKind, PointsSide
from rules.people.access import C1


class Tier(Public):
    """A level of loyalty; everybody starts in the lowest."""

    code = TextField(20, unique=True)
    rank = NumberField(unique=True)
    name_zh = TextField(50)
    name_en = TextField(50)
    grants_named_officer = fields.BooleanField(default=False, db_default=False)
    """Whether its customers can have an officer of their own."""
    priority = NumberField(default=0, db_default=0)
    """The higher, the sooner its customers are served; 0 is as everybody."""

    class Meta:
        table = "tier"


class PointsAccount(Owned):
    """A customer's points, all lots together; made with the customer."""

    customer = reference("Customer", unique=True)
    tier = reference("Tier")
    tier_id: int
    balance = NumberField(tier=C1, default=0)
    """What can be spent; the postings say the same."""

    class Meta:
        table = "points_account"
        indexes = (("tier_id", "customer_id"),)


class PointsEntry(Owned):
    """One movement of points; its postings sum to zero."""

    is_append_only: ClassVar[bool] = True

    kind = fields.CharEnumField(PointsKind, max_length=10)
    points = NumberField(tier=C1, may_be_negative=True)
    """What it did to the balance."""
    source = TextField(60, tier=C1, unique=True)
    """What it was for, such as `Loan:12:3`, its third installment: nothing is rewarded twice."""
    repayment = reference("Repayment", null=True)
    repayment_id: int | None
    """The payment that earned them, or whose reversal took them back."""
    loan = reference("Loan", null=True)
    loan_id: int | None
    installment_number: int | None = NumberField(tier=C1, null=True)
    """Which installment of the loan they were for."""
    booked_on = DateField()

    class Meta:
        table = "points_entry"
        constraints = (CheckConstraint(name="points_entry_moves_something", check='"points" <> 0'),)
        indexes = (
            ("customer_id", "id"),
            ("repayment_id", "id"),
            ("loan_id", "installment_number"),
            ("booked_on", "id"),
        )


class PointLot(Owned):
    """Points earned together, which expire together."""

    is_append_only: ClassVar[bool] = True

    entry = reference("PointsEntry", unique=True)
    entry_id: int
    earned = NumberField(tier=C1)
    expires_on = DateField()
    """The last day on which they can be spent."""

    class Meta:
        table = "point_lot"
        constraints = (CheckConstraint(name="point_lot_holds_something", check='"earned" > 0'),)
        indexes = (("customer_id", "expires_on", "id"),)


class PointsPosting(Owned):
    """One side of a points entry; what the customer holds is posted to a lot."""

    is_append_only: ClassVar[bool] = True

    entry = reference("PointsEntry")
    entry_id: int
    side = fields.CharEnumField(PointsSide, max_length=10)
    lot = reference("PointLot", null=True)
    lot_id: int | None
    points = NumberField(tier=C1, may_be_negative=True)

    class Meta:
        table = "points_posting"
        constraints = (
            CheckConstraint(name="points_posting_moves_something", check='"points" <> 0'),
            CheckConstraint(name="points_posting_lot", check='("side" = \'HELD\') = ("lot_id" IS NOT NULL)'),
        )
        indexes = (("entry_id",), ("lot_id",), ("customer_id", "id"))
