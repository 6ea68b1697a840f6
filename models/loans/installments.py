"""The schedule of a loan."""

from datetime import date

from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint

from models.base import LoanOwned
from models.fields import DateField, MoneyField, NumberField, TextField
from rules.people.access import C1


class Installment(LoanOwned):
    """One line of the schedule: what is due on a day, and what of it has been paid; what the loan's events come to."""

    number = NumberField(tier=C1)
    starts_on = DateField()
    """From here its interest runs."""
    ends_on = DateField()
    """Until here; a holiday can move the due day away from it."""
    due_on = DateField()
    currency = TextField(3, tier=C1)
    principal = MoneyField(tier=C1)
    interest = MoneyField(tier=C1)
    costs = MoneyField(tier=C1)
    penalty = MoneyField(tier=C1)
    """Penalty interest until the day it was last worked out: every day while it is overdue."""
    paid_principal = MoneyField(tier=C1)
    paid_interest = MoneyField(tier=C1)
    paid_costs = MoneyField(tier=C1)
    paid_penalty = MoneyField(tier=C1)
    is_open = fields.BooleanField(default=True)
    """False once all of it is paid."""
    paid_on: date | None = DateField(null=True)

    class Meta:
        table = "installment"
        constraints = (
            CheckConstraint(
                name="installment_paid_within_due",
                check='"paid_principal" <= "principal" AND "paid_interest" <= "interest" AND "paid_costs" <= "costs"'
                ' AND "paid_penalty" <= "penalty"',
            ),
            CheckConstraint(
                name="installment_open_until_paid",
                check='"is_open" = ("paid_principal" < "principal" OR "paid_interest" < "interest"'
                ' OR "paid_costs" < "costs" OR "paid_penalty" < "penalty")',
            ),
            CheckConstraint(name="installment_paid_on", check='"is_open" = ("paid_on" IS NULL)'),
        )
        unique_together = (("loan_id", "number"),)
        indexes = (("loan_id", "is_open", "number"), ("customer_id", "id"), ("due_on", "customer_id"))
