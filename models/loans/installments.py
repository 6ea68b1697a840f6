"""The schedule of a loan."""

from datetime import date

from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint

from models.base import LoanOwned
from models.fields import DateField, MoneyField, NumberField, TextField
from rules.people.access import C1


class Installment(LoanOwned):
    """One line of the schedule: what is due on a day, and what of it has been paid."""

    number = NumberField(tier=C1)
    due_on = DateField()
    currency = TextField(3, tier=C1)
    principal = MoneyField(tier=C1)
    interest = MoneyField(tier=C1)
    paid_principal = MoneyField(tier=C1)
    paid_interest = MoneyField(tier=C1)
    is_open = fields.BooleanField(default=True)
    """False once all of it is paid."""
    paid_on: date | None = DateField(null=True)

    class Meta:
        table = "installment"
        constraints = (
            CheckConstraint(
                name="installment_paid_within_due",
                check='"paid_principal" <= "principal" AND "paid_interest" <= "interest"',
            ),
            CheckConstraint(
                name="installment_open_until_paid",
                check='("is_open" = ("paid_principal" < "principal" OR "paid_interest" < "interest")) OR "principal" + "interest" = 0',
            ),
            CheckConstraint(name="installment_paid_on", check='"is_open" = ("paid_on" IS NULL)'),
        )
        unique_together = (("loan_id", "number"),)
        indexes = (("loan_id", "is_open", "number"), ("customer_id", "id"))
