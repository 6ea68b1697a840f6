"""Loans."""

from datetime import date
from typing import ClassVar

from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint

from models.base import LoanOwned
from models.fields import DateField, MoneyField, NumberField, RateField, TextField, reference
from rules.loans.states import LoanStatus
from rules.money import ZERO
from rules.people.access import C1
from rules.products.kinds import RepaymentMethod


class Loan(LoanOwned):
    """Money lent to a customer, from the signature until it is repaid, cancelled or written off."""

    loan = None  # It is the loan itself.
    loan_key: ClassVar[str] = "id"

    contract = reference("Contract", unique=True)
    contract_id: int
    product_version = reference("ProductVersion")
    product_version_id: int
    refinances = reference("Loan", null=True)
    refinances_id: int | None
    """The older loan that it settles."""
    currency = TextField(3, tier=C1)
    principal = MoneyField(tier=C1)
    """All that was lent, what was added to it later included."""
    outstanding = MoneyField(tier=C1)
    """Principal still to be paid; the journal says the same, and for a loan written off, how much of it left the books."""
    credit = MoneyField(tier=C1, default=ZERO, db_default=0)
    """Received beyond what was due, and kept to pay what falls due next."""
    rate = RateField(tier=C1)
    """Contract rate a year, as signed."""
    current_rate = RateField(tier=C1, db_default=0)
    """Contract rate a year, as it is now."""
    rate_discount_bp = NumberField(tier=C1, default=0, db_default=0)
    """What came off the product's rate when it was signed; it stays off."""
    fee_waiver_percent = NumberField(tier=C1, default=0, db_default=0)
    """How much was waived, when it was signed, of the fees asked for as it began."""
    fees_waived = MoneyField(tier=C1, default=ZERO, db_default=0)
    """What that came to."""
    term = NumberField(tier=C1)
    """In periods, as signed."""
    due_day: int | None = NumberField(tier=C1, null=True)
    """The day of the month that the customer chose; null: as the product says."""
    method = fields.CharEnumField(RepaymentMethod, max_length=20)
    status = fields.CharEnumField(LoanStatus, max_length=11)
    is_open = fields.BooleanField()
    """PENDING or ACTIVE."""
    opened_on: date | None = DateField(null=True)
    """The day it was paid out."""
    next_action_on: date | None = DateField(null=True)
    """The next day on which time alone changes something; null while there is none."""
    days_past_due = NumberField(tier=C1, default=0, db_default=0)
    """Since the oldest due day that is not paid; 0 while nothing is overdue."""

    class Meta:
        table = "loan"
        constraints = (
            CheckConstraint(name="loan_fee_waiver_at_most_all", check='"fee_waiver_percent" <= 100'),
            CheckConstraint(name="loan_is_of_something", check='"principal" > 0 AND "term" > 0'),
            CheckConstraint(name="loan_outstanding_within_principal", check='"outstanding" <= "principal"'),
            CheckConstraint(name="loan_open_by_status", check="\"is_open\" = (\"status\" IN ('PENDING', 'ACTIVE'))"),
            CheckConstraint(
                name="loan_opened_on", check="\"status\" IN ('PENDING', 'CANCELLED') OR \"opened_on\" IS NOT NULL"
            ),
            CheckConstraint(name="loan_closed_owes_nothing", check='"status" <> \'CLOSED\' OR "outstanding" = 0'),
        )
        indexes = (
            ("customer_id", "id"),
            ("is_open", "id"),
            ("status", "id"),
            ("next_action_on", "id"),
            ("days_past_due", "id"),
            ("refinances_id", "id"),
            ("opened_on", "id"),
            ("customer_id", "created_at", "id"),
        )
