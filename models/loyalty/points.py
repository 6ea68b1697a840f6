"""Points: accounts, lots, and their journal."""

from datetime import date
from typing import ClassVar

from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint

from models.base import Owned, Public
from models.fields import DateField, NumberField, TextField, reference
from rules.loyalty.kinds import Act, LotState, PointsKind, PointsSide
from rules.people.access import C1

LOWEST_RANK = 1


class Tier(Public):
    """A level of loyalty; everybody starts in the lowest."""

    code = TextField(20, unique=True)
    rank = NumberField(unique=True)
    name_zh = TextField(50)
    name_en = TextField(50)
    points_percent = NumberField(default=100, db_default=100)
    """What a rule gives, times this, is what a customer of this level gets: 100 is once."""
    grants_named_officer = fields.BooleanField(default=False, db_default=False)
    """Whether its customers can have an officer of their own."""
    priority = NumberField(default=0, db_default=0)
    """The higher, the sooner its customers are served; 0 is as everybody."""
    threshold = NumberField(default=0, db_default=0)
    """How many qualifying points it takes, as the plan in force says; and the other benefits as well."""
    rate_discount_bp = NumberField(default=0, db_default=0)
    """Basis points off the rate of a new loan, where the product's policy lets there be a discount."""
    fee_waiver_percent = NumberField(default=0, db_default=0)
    """How much is waived of the fees that are asked for when a new loan begins."""
    review_days: int | None = NumberField(null=True)
    """Within how many business days an application is reviewed; null: as usual."""

    class Meta:
        table = "tier"
        constraints = (CheckConstraint(name="tier_fee_waiver_at_most_all", check='"fee_waiver_percent" <= 100'),)


class PointsAccount(Owned):
    """A customer's points, all lots together; made with the customer. Whoever moves his points locks it."""

    customer = reference("Customer", unique=True)
    tier = reference("Tier")
    tier_id: int
    balance = NumberField(tier=C1, default=0, may_be_negative=True)
    """What can be spent; less than nothing where points were taken back when they had been spent."""
    pending = NumberField(tier=C1, default=0)
    """What can be spent once what earned it is final."""
    perks_suspended_on: date | None = DateField(null=True)
    """Since when what his level brings is suspended, because he was late; null while he has it."""

    class Meta:
        table = "points_account"
        indexes = (("tier_id", "customer_id"), ("perks_suspended_on", "customer_id"))

    @property
    def served_rank(self) -> int:
        """The rank of his level, which is fetched with it; the lowest while its perks are suspended."""
        return LOWEST_RANK if self.perks_suspended_on else int(self.tier.rank)

    @property
    def served_priority(self) -> int:
        """How soon he is served, likewise; none while its perks are suspended."""
        return 0 if self.perks_suspended_on else int(self.tier.priority)


class PointsEntry(Owned):
    """One movement of points; its postings sum to zero."""

    is_append_only: ClassVar[bool] = True

    kind = fields.CharEnumField(PointsKind, max_length=10)
    points = NumberField(tier=C1, may_be_negative=True)
    """How many moved; less than none where they went."""
    spendable = NumberField(tier=C1, may_be_negative=True, default=0, db_default=0)
    """What it did to the balance."""
    pending = NumberField(tier=C1, may_be_negative=True, default=0, db_default=0)
    """What it did to the points that are pending."""
    qualifying = NumberField(tier=C1, may_be_negative=True, default=0, db_default=0)
    """What it did to the points that count for the tier, which are never spent."""
    source = TextField(60, tier=C1, unique=True)
    """What it was for, such as `Loan:12:3`, its third installment: nothing is rewarded twice."""
    act: Act | None = fields.CharEnumField(Act, max_length=20, null=True)  # type: ignore[assignment]
    """What earned them."""
    rule = reference("EarningRule", null=True)
    rule_id: int | None
    """The rule that gave them; null where none did, as before there were rules."""
    repayment = reference("Repayment", null=True)
    repayment_id: int | None
    """The payment that earned them, or whose reversal took them back."""
    loan = reference("Loan", null=True)
    loan_id: int | None
    installment_number: int | None = NumberField(tier=C1, null=True)
    """Which installment of the loan they were for; 0 for the loan as a whole."""
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

    entry = reference("PointsEntry", unique=True)
    entry_id: int
    state = fields.CharEnumField(LotState, max_length=7, db_default=LotState.EMPTY)
    earned = NumberField(tier=C1)
    remaining = NumberField(tier=C1, may_be_negative=True, db_default=0)
    """What is left, as the postings say; less than none where they were taken back when they had been spent."""
    expired = NumberField(tier=C1, default=0, db_default=0)
    """How many of them expired."""
    activates_on: date | None = DateField(null=True)
    """The day from which they can be spent; null: at once."""
    expires_on = DateField()
    """The last day on which they can be spent."""
    is_returned = fields.BooleanField(default=False, db_default=False)
    """Whether they came back when the lot that they were taken from was about to expire; they do so once."""
    owed_since: date | None = DateField(null=True)
    """Since when fewer than none are left; null while some or none are."""

    class Meta:
        table = "point_lot"
        constraints = (
            CheckConstraint(name="point_lot_holds_something", check='"earned" > 0'),
            CheckConstraint(
                name="point_lot_within_what_was_earned", check='"remaining" <= "earned" AND "remaining" >= 0 - "earned"'
            ),
            CheckConstraint(
                name="point_lot_says_how_it_stands",
                check='CASE "state" WHEN \'OPEN\' THEN "remaining" > 0 WHEN \'PENDING\' THEN "remaining" > 0'
                ' WHEN \'OWED\' THEN "remaining" < 0 ELSE "remaining" = 0 END',
            ),
        )
        indexes = (
            ("customer_id", "expires_on", "id"),
            ("state", "expires_on", "customer_id"),
            ("state", "activates_on", "customer_id"),
        )


class PointsPosting(Owned):
    """One side of a points entry; what the customer holds, or is to hold, is posted to a lot."""

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
            CheckConstraint(name="points_posting_lot", check='("side" <> \'ISSUED\') = ("lot_id" IS NOT NULL)'),
        )
        indexes = (("entry_id",), ("lot_id",), ("customer_id", "id"))
