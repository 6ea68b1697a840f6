"""Statements of loans."""

from typing import ClassVar

from tortoise.migrations.constraints import CheckConstraint

from models.base import LoanOwned
from models.fields import DateField, MoneyField, NumberField, TextField
from rules.people.access import C1, PAYERS, PartyRole


class LoanStatement(LoanOwned):
    """What is to be paid by a due day, overdue amounts included, as of the day it was written down."""

    is_append_only: ClassVar[bool] = True
    seen_by: ClassVar[frozenset[PartyRole]] = PAYERS

    number = NumberField(tier=C1)
    """Of the installment that falls due."""
    due_on = DateField()
    issued_on = DateField()
    """The business date on which it was written down."""
    currency = TextField(3, tier=C1)
    costs = MoneyField(tier=C1)
    penalty = MoneyField(tier=C1)
    interest = MoneyField(tier=C1)
    principal = MoneyField(tier=C1)
    credit = MoneyField(tier=C1)
    """Of the kept credit, what pays of that."""
    total = MoneyField(tier=C1)
    """What is left to pay."""

    class Meta:
        table = "loan_statement"
        constraints = (
            CheckConstraint(
                name="loan_statement_total",
                check='"total" = "costs" + "penalty" + "interest" + "principal" - "credit"',
            ),
        )
        unique_together = (("loan_id", "due_on"),)
        indexes = (("loan_id", "due_on", "id"), ("customer_id", "id"))
