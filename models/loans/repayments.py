"""Repaying a loan."""

from typing import ClassVar

from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint

from models.base import LoanOwned
from models.fields import DateField, MoneyField, NumberField, TextField, reference
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
        indexes = (("loan_id", "received_at", "id"), ("customer_id", "id"), ("customer_id", "received_at", "id"))


class Allocation(LoanOwned):
    """What a payment paid for, or kept credit where it paid what fell due; worked out again when the past changes."""

    seen_by: ClassVar[frozenset[PartyRole]] = PAYERS

    event_number = NumberField(tier=C1)
    """The id of the loan's event; 0 where kept credit paid."""
    value_on = DateField()
    """The day that counts for it."""
    repayment = reference("Repayment", null=True)
    repayment_id: int | None
    currency = TextField(3, tier=C1)
    costs = MoneyField(tier=C1)
    penalty = MoneyField(tier=C1)
    interest = MoneyField(tier=C1)
    principal = MoneyField(tier=C1)
    excess = MoneyField(tier=C1, may_be_negative=True)
    """Received beyond the debt: kept for the customer as a credit; negative where credit is used."""

    class Meta:
        table = "allocation"
        constraints = (
            CheckConstraint(
                name="allocation_moves_something",
                check='"costs" + "penalty" + "interest" + "principal" > 0 OR "excess" <> 0',
            ),
        )
        unique_together = (("loan_id", "event_number", "value_on"),)
        indexes = (("repayment_id", "id"), ("loan_id", "value_on", "id"), ("customer_id", "id"))
