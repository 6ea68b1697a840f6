"""Applications, from the first quote to the accepted offer."""

from datetime import date, datetime
from decimal import Decimal
from typing import ClassVar

from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint

from models.base import Owned, Versioned
from models.fields import DateField, MoneyField, NumberField, RateField, TextField, reference
from rules.applications.drafts import Employment
from rules.applications.kinds import DecisionReason, Outcome, Purpose
from rules.applications.states import ApplicationStatus
from rules.applications.steps import Skill
from rules.people.access import C1


class Application(Owned, Versioned):
    """A customer's request for a loan."""

    product_version = reference("ProductVersion")
    product_version_id: int
    branch = reference("Branch")
    branch_id: int
    amount = MoneyField(tier=C1)
    currency = TextField(3, tier=C1)
    term = NumberField(tier=C1)
    """In months."""
    purpose = fields.CharEnumField(Purpose, max_length=20, null=True)
    monthly_income: Decimal | None = MoneyField(tier=C1, null=True)
    """As stated, like the four that follow."""
    monthly_costs: Decimal | None = MoneyField(tier=C1, null=True)
    monthly_debts: Decimal | None = MoneyField(tier=C1, null=True)
    employment: Employment | None = fields.CharEnumField(Employment, max_length=14, null=True)  # type: ignore[assignment]
    employed_since: date | None = DateField(null=True)
    wants_person = fields.BooleanField(default=False, db_default=False)
    """Whether the customer asked that a person decides."""
    status = fields.CharEnumField(ApplicationStatus, max_length=10)
    submitted_at: datetime | None = fields.DatetimeField(null=True)
    skill: Skill | None = fields.CharEnumField(Skill, max_length=15, null=True)  # type: ignore[assignment]
    """What whoever works on it has to know; null: nothing special."""
    assignee = reference("Staff", null=True)
    assignee_id: int | None
    """Who works on it."""
    due_at: datetime | None = fields.DatetimeField(null=True)
    """Until when the step it is in is to be done; null where it waits for the customer."""
    fee_waiver_percent = NumberField(tier=C1, default=0, db_default=0)
    """How much of the fees the customer was shown to be waived: he gets it, or more."""
    fee_waiver_tier = reference("Tier", null=True)
    fee_waiver_tier_id: int | None
    """The level that brings it."""

    class Meta:
        table = "application"
        constraints = (
            CheckConstraint(name="application_fee_waiver_at_most_all", check='"fee_waiver_percent" <= 100'),
            CheckConstraint(
                name="application_fee_waiver_by_level",
                check='("fee_waiver_tier_id" IS NULL) = ("fee_waiver_percent" = 0)',
            ),
            CheckConstraint(name="application_wants_something", check='"amount" > 0 AND "term" > 0'),
            CheckConstraint(
                name="application_submitted_at",
                check="\"status\" IN ('DRAFT', 'WITHDRAWN') OR \"submitted_at\" IS NOT NULL",
            ),
        )
        indexes = (
            ("customer_id", "id"),
            ("status", "id"),
            ("branch_id", "id"),
            ("assignee_id", "id"),
            ("skill", "id"),
        )


class Quote(Owned):
    """The figures an application started from, as the customer saw them."""

    application = reference("Application", unique=True)
    application_id: int
    amount = MoneyField(tier=C1)
    currency = TextField(3, tier=C1)
    term = NumberField(tier=C1)
    annual_rate = RateField(tier=C1)
    installment = MoneyField(tier=C1)
    """The first one."""
    total_interest = MoneyField(tier=C1)
    total_fees = MoneyField(tier=C1)
    annual_cost = RateField(tier=C1)
    """Simple annualised cost: the periodic internal rate of return times the periods of a year."""
    rate_discount_bp = NumberField(tier=C1, default=0, db_default=0)
    """What came off the product's rate."""
    fee_waiver_percent = NumberField(tier=C1, default=0, db_default=0)
    """How much is waived of the fees asked for as the loan begins."""

    class Meta:
        table = "quote"
        constraints = (CheckConstraint(name="quote_is_of_something", check='"amount" > 0 AND "term" > 0'),)


class Refinancing(Owned):
    """The loan of the applicant's that the one he applies for is to settle."""

    is_append_only: ClassVar[bool] = True

    application = reference("Application", unique=True)
    application_id: int
    loan = reference("Loan")
    loan_id: int

    class Meta:
        table = "refinancing"


class Assessment(Owned):
    """What an officer recommends to whoever decides."""

    customer_may_see: ClassVar[bool] = False
    is_append_only: ClassVar[bool] = True

    application = reference("Application")
    application_id: int
    staff = reference("Staff")
    staff_id: int
    outcome = fields.CharEnumField(Outcome, max_length=10)
    comment = TextField(1000, tier=C1)

    class Meta:
        table = "assessment"
        indexes = (("application_id", "id"),)


class Decision(Owned):
    """Approved or declined, why, and by whom; it is kept as it was made."""

    application = reference("Application")
    application_id: int
    staff = reference("Staff", null=True)
    staff_id: int | None
    policy = reference("Policy", null=True)
    policy_id: int | None
    """The one that decided by itself; null where a person did."""
    decided_by = TextField(100, tier=C1)
    """The name the customer reads."""
    outcome = fields.CharEnumField(Outcome, max_length=10)
    reason = fields.CharEnumField(DecisionReason, max_length=30)
    decided_on: date = DateField()
    explanation = TextField(500, tier=C1)
    """The reason in words, in the customer's language of that day; empty for one of the years before."""
    is_current = fields.BooleanField(default=True, db_default=True)
    """False once a person looks at it again."""

    class Meta:
        table = "decision"
        constraints = (
            UniqueConstraint(name="decision_one_at_a_time", fields=("application_id",), condition='"is_current"'),
            CheckConstraint(name="decision_by_one", check='("staff_id" IS NULL) <> ("policy_id" IS NULL)'),
        )
        indexes = (
            ("application_id", "is_current", "id"),
            ("decided_on", "id"),
            ("customer_id", "created_at", "id"),
        )


class Offer(Owned):
    """What we are ready to lend, until when."""

    application = reference("Application")
    application_id: int
    amount = MoneyField(tier=C1)
    currency = TextField(3, tier=C1)
    term = NumberField(tier=C1)
    annual_rate = RateField(tier=C1)
    expires_on = DateField()
    """The last day on which it can be accepted."""
    accepted_at: datetime | None = fields.DatetimeField(null=True)
    due_day: int | None = NumberField(tier=C1, null=True)
    """The day of the month that the customer chose when he accepted."""
    rate_discount_bp = NumberField(tier=C1, default=0, db_default=0)
    """What came off the product's rate."""
    fee_waiver_percent = NumberField(tier=C1, default=0, db_default=0)
    """How much is waived of the fees asked for as the loan begins."""
    is_current = fields.BooleanField(default=True, db_default=True)
    """False once another took its place."""

    class Meta:
        table = "offer"
        constraints = (
            CheckConstraint(name="offer_fee_waiver_at_most_all", check='"fee_waiver_percent" <= 100'),
            CheckConstraint(name="offer_is_of_something", check='"amount" > 0 AND "term" > 0'),
            UniqueConstraint(name="offer_one_at_a_time", fields=("application_id",), condition='"is_current"'),
            CheckConstraint(name="offer_accepted_is_current", check='"is_current" OR "accepted_at" IS NULL'),
        )
        indexes = (("application_id", "is_current", "id"),)
