"""What we lend, on which terms, from when."""

from datetime import date, datetime
from decimal import Decimal

from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint

from models.base import Public
from models.fields import MoneyField, NumberField, RateField, TextField, reference
from models.scopes import EVERYTHING, Says, Scope
from rules.money import ZERO
from rules.people.access import ALL_STAFF, Role
from rules.products.kinds import (
    DayCount,
    DueComponent,
    ExcessRule,
    FeeKind,
    Frequency,
    GraceKind,
    HolidayInterest,
    HolidayRule,
    PayoffRule,
    PenaltyStart,
    RepaymentMethod,
    Rounding,
)
from rules.products.repricing import RateType, RepricingRule
from rules.products.states import ProposalStatus

NOTHING = Decimal(0)
ORDER = ",".join(DueComponent)


INSIDERS = ALL_STAFF | {Role.SYSTEM}
"""Who reads terms that nobody has approved."""


class Product(Public):
    """A loan product; its terms are those of its current version."""

    code = TextField(20, unique=True)
    is_offered = fields.BooleanField(default=True)

    class Meta:
        table = "product"


class ProductVersion(Public):
    """The terms of a product for some time; a loan keeps the version it was signed under.

    What is only proposed, or was declined, is for staff.
    """

    product = reference("Product")
    product_id: int
    number = NumberField()
    name_zh = TextField(100)
    name_en = TextField(100)
    status = fields.CharEnumField(
        ProposalStatus, max_length=10, default=ProposalStatus.APPROVED, db_default=ProposalStatus.APPROVED
    )
    proposed_by = reference("Staff", null=True)
    proposed_by_id: int | None
    """Null where the house made it itself."""
    decided_by = reference("Staff", null=True)
    decided_by_id: int | None
    decided_at: datetime | None = fields.DatetimeField(null=True)
    method = fields.CharEnumField(RepaymentMethod, max_length=20)
    annual_rate = RateField()
    """The contract rate; of a floating one, what it was when the version was made."""
    rate_type = fields.CharEnumField(RateType, max_length=8, default=RateType.FIXED, db_default=RateType.FIXED)
    reference_rate: str | None = TextField(20, null=True)  # type: ignore[assignment]
    """The code of the reference rate that a floating one follows."""
    spread_bp = NumberField(may_be_negative=True, default=0, db_default=0)
    """Basis points on top of the reference rate."""
    repricing: RepricingRule | None = fields.CharEnumField(RepricingRule, max_length=11, null=True)  # type: ignore[assignment]
    currency = TextField(3)
    min_amount = MoneyField()
    max_amount = MoneyField()
    min_term = NumberField()
    """In periods, as `max_term`."""
    max_term = NumberField()
    frequency = fields.CharEnumField(Frequency, max_length=11, default=Frequency.MONTHLY, db_default=Frequency.MONTHLY)
    day_count = fields.CharEnumField(DayCount, max_length=10, default=DayCount.TWELFTHS, db_default=DayCount.TWELFTHS)
    due_day: int | None = NumberField(null=True)
    """The day of the month on which all installments are due; null: that of the payout."""
    due_day_is_chosen = fields.BooleanField(default=False, db_default=False)
    """Whether a customer may choose the day of the month on which his installments are due."""
    rounding = fields.CharEnumField(Rounding, max_length=7, default=Rounding.CENT, db_default=Rounding.CENT)
    holiday_rule = fields.CharEnumField(
        HolidayRule, max_length=13, default=HolidayRule.NEVER, db_default=HolidayRule.NEVER
    )
    holiday_interest = fields.CharEnumField(
        HolidayInterest, max_length=12, default=HolidayInterest.TO_DUE_DAY, db_default=HolidayInterest.TO_DUE_DAY
    )
    holiday_region: str | None = TextField(2, null=True)  # type: ignore[assignment]
    grace_periods = NumberField(default=0, db_default=0)
    grace_kind = fields.CharEnumField(
        GraceKind, max_length=9, default=GraceKind.PRINCIPAL, db_default=GraceKind.PRINCIPAL
    )
    step_share = RateField(default=NOTHING, db_default=0)
    step_every = NumberField(default=12, db_default=12)
    penalty_multiplier: Decimal | None = RateField(null=True)
    """Times the contract rate; null: no penalty interest."""
    penalty_grace_days = NumberField(default=0, db_default=0)
    penalty_starts = fields.CharEnumField(
        PenaltyStart, max_length=9, default=PenaltyStart.DUE_DAY, db_default=PenaltyStart.DUE_DAY
    )
    penalty_on_interest = fields.BooleanField(default=False, db_default=False)
    penalty_day_count = fields.CharEnumField(
        DayCount, max_length=10, default=DayCount.ACT_360, db_default=DayCount.ACT_360
    )
    allocation_order = TextField(40, default=ORDER, db_default=ORDER)
    """Components, each once, with commas between them."""
    excess = fields.CharEnumField(
        ExcessRule, max_length=17, default=ExcessRule.NEXT_INSTALLMENTS, db_default=ExcessRule.NEXT_INSTALLMENTS
    )
    payoff = fields.CharEnumField(PayoffRule, max_length=13, default=PayoffRule.TO_DATE, db_default=PayoffRule.TO_DATE)
    cooling_off_days = NumberField(default=0, db_default=0)
    """For so many days after its payout a loan can be undone; 0: not at all."""
    statement_days = NumberField(default=0, db_default=0)
    """So many days before each due day a statement is written down; 0: none is."""
    max_annual_cost: Decimal | None = RateField(null=True)
    """The cap its makers set on what it may cost a year, simple, every fee included."""
    valid_from = fields.DateField()
    valid_to: date | None = fields.DateField(null=True)
    """The first day it no longer holds; null while it does."""
    is_current = fields.BooleanField(default=True)
    """The terms that new applications get: one version of a product at most."""

    class Meta:
        table = "product_version"
        constraints = (
            CheckConstraint(
                name="product_version_limits",
                check='"min_amount" > 0 AND "min_amount" <= "max_amount" AND "min_term" > 0 AND "min_term" <= "max_term"',
            ),
            CheckConstraint(
                name="product_version_by_two",
                check='"decided_by_id" <> "proposed_by_id" AND ("proposed_by_id" IS NULL OR ("status" = \'PROPOSED\') = ("decided_by_id" IS NULL))',
            ),
            CheckConstraint(
                name="product_version_floats",
                check='("rate_type" = \'FLOATING\') = ("reference_rate" IS NOT NULL)'
                ' AND ("rate_type" = \'FLOATING\') = ("repricing" IS NOT NULL)',
            ),
            CheckConstraint(name="product_version_due_day", check='"due_day" BETWEEN 1 AND 31'),
            CheckConstraint(name="product_version_current", check='NOT "is_current" OR "status" = \'APPROVED\''),
            UniqueConstraint(
                name="product_version_one_from",
                fields=("product_id", "valid_from"),
                condition="\"status\" = 'APPROVED'",
            ),
            CheckConstraint(name="product_version_validity", check='"valid_to" IS NULL OR "valid_to" > "valid_from"'),
            UniqueConstraint(name="product_version_one_current", fields=("product_id",), condition='"is_current"'),
        )
        unique_together = (("product_id", "number"),)
        indexes = (("product_id", "is_current", "number"), ("status", "id"))

    @classmethod
    def scope(cls, role: Role) -> Scope:
        return EVERYTHING if role in INSIDERS else (Says("status", ProposalStatus.APPROVED),)


class Fee(Public):
    """A fee of a product version: a share of the amount borrowed, or an amount, or both."""

    product_version = reference("ProductVersion")
    product_version_id: int
    kind = fields.CharEnumField(FeeKind, max_length=10)
    name_zh = TextField(100)
    name_en = TextField(100)
    rate = RateField()
    currency = TextField(3)
    """That of its version."""
    amount = MoneyField(default=ZERO, db_default=0)
    until_months: int | None = NumberField(null=True)
    """Of a prepayment's: asked for until the loan is so many months old; null: always."""

    class Meta:
        table = "fee"
        unique_together = (("product_version_id", "kind", "until_months"),)
        indexes = (("product_version_id", "id"),)

    @classmethod
    def scope(cls, role: Role) -> Scope:
        return EVERYTHING if role in INSIDERS else (Says("product_version__status", ProposalStatus.APPROVED),)
