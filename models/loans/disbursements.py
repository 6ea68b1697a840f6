"""Paying a loan out."""

from typing import ClassVar

from tortoise.migrations.constraints import CheckConstraint

from models.base import LoanOwned
from models.fields import DateField, MoneyField, TextField, reference
from rules.money import ZERO
from rules.people.access import C1, PAYERS, PartyRole


class Disbursement(LoanOwned):
    """The loan was paid out: the payout that did it, and what was kept as fees."""

    is_append_only: ClassVar[bool] = True
    seen_by: ClassVar[frozenset[PartyRole]] = PAYERS

    payout = reference("Payout", unique=True)
    payout_id: int
    currency = TextField(3, tier=C1)
    amount = MoneyField(tier=C1)
    """What reached the customer."""
    fees = MoneyField(tier=C1)
    """Kept back."""
    settled = MoneyField(tier=C1, default=ZERO, db_default=0)
    """Kept back to settle an older loan; amount, fees and this make the principal."""
    value_on = DateField()

    class Meta:
        table = "disbursement"
        constraints = (CheckConstraint(name="disbursement_moves_something", check='"amount" > 0'),)
        indexes = (("loan_id", "id"), ("customer_id", "id"), ("customer_id", "created_at", "id"))
