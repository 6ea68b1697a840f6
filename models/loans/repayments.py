"""Repaying a loan."""

from typing import ClassVar

from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint

from models.base import LoanOwned
from models.fields import DateField, MoneyField, TextField, reference
from rules.payments.states import PaymentChannel
from rules.people.access import C1, PAYERS, PartyRole


class Repayment(LoanOwned):
    """One payment received. Rows are never edited: a mistake is put right by a reversal."""

    is_append_only: ClassVar[bool] = True
    seen_by: ClassVar[frozenset[PartyRole]] = PAYERS

    receipt = reference("Receipt", unique=True)
    receipt_id: int
    currency = TextField(3, tier=C1)
    amount = MoneyField(tier=C1)
    channel = fields.CharEnumField(PaymentChannel, max_length=10)
    value_on = DateField()
    """The day that counts for what was due."""
    received_at = fields.DatetimeField()

    class Meta:
        table = "repayment"
        constraints = (CheckConstraint(name="repayment_moves_something", check='"amount" > 0'),)
        indexes = (("loan_id", "received_at", "id"), ("customer_id", "id"))


class Allocation(LoanOwned):
    """What a repayment paid for, in the order the contract promises."""

    is_append_only: ClassVar[bool] = True
    seen_by: ClassVar[frozenset[PartyRole]] = PAYERS

    repayment = reference("Repayment", unique=True)
    repayment_id: int
    currency = TextField(3, tier=C1)
    costs = MoneyField(tier=C1)
    penalty = MoneyField(tier=C1)
    interest = MoneyField(tier=C1)
    principal = MoneyField(tier=C1)
    excess = MoneyField(tier=C1)
    """Received beyond the debt: kept for the customer as a credit."""

    class Meta:
        table = "allocation"
        constraints = (
            CheckConstraint(
                name="allocation_moves_something", check='"costs" + "penalty" + "interest" + "principal" + "excess" > 0'
            ),
        )
        indexes = (("loan_id", "id"), ("customer_id", "id"))


class AllocationLine(LoanOwned):
    """The part of a repayment that went to one installment."""

    is_append_only: ClassVar[bool] = True
    seen_by: ClassVar[frozenset[PartyRole]] = PAYERS

    repayment = reference("Repayment")
    repayment_id: int
    installment = reference("Installment")
    installment_id: int
    currency = TextField(3, tier=C1)
    interest = MoneyField(tier=C1)
    principal = MoneyField(tier=C1)

    class Meta:
        table = "allocation_line"
        constraints = (CheckConstraint(name="allocation_line_moves_something", check='"interest" + "principal" > 0'),)
        unique_together = (("repayment_id", "installment_id"),)
        indexes = (("installment_id", "id"), ("loan_id", "id"), ("customer_id", "id"))
