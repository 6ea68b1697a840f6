"""Repaying early, as it was quoted."""

from datetime import date
from typing import ClassVar

from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint

from models.base import LoanOwned
from models.fields import DateField, MoneyField, NumberField, TextField
from rules.loans.events import PrepaymentEffect
from rules.people.access import C1, PAYERS, PartyRole


class PrepaymentQuote(LoanOwned):
    """What repaying early would come to on its day; it holds that day, and until something else happens to the loan."""

    is_append_only: ClassVar[bool] = True
    seen_by: ClassVar[frozenset[PartyRole]] = PAYERS

    value_on = DateField()
    effect = fields.CharEnumField(PrepaymentEffect, max_length=20)
    currency = TextField(3, tier=C1)
    amount = MoneyField(tier=C1)
    costs = MoneyField(tier=C1)
    penalty = MoneyField(tier=C1)
    interest = MoneyField(tier=C1)
    principal = MoneyField(tier=C1)
    credit = MoneyField(tier=C1)
    saved_interest = MoneyField(tier=C1, may_be_negative=True)
    """Negative where what is left is paid later than before, as with a longer last line."""
    installment = MoneyField(tier=C1)
    lines_left = NumberField(tier=C1)
    ends_on: date | None = DateField(null=True)
    is_full = fields.BooleanField()
    last_event_number = NumberField(tier=C1)
    """The id of the loan's last event when it was quoted; 0 before the first."""

    class Meta:
        table = "prepayment_quote"
        constraints = (
            CheckConstraint(
                name="prepayment_quote_adds_up",
                check='"costs" + "penalty" + "interest" + "principal" = "amount" + "credit" AND "amount" > 0',
            ),
            CheckConstraint(name="prepayment_quote_full", check='"is_full" = ("ends_on" IS NULL)'),
        )
        indexes = (("loan_id", "id"), ("customer_id", "id"))
