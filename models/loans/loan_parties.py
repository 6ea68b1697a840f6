"""Who belongs to a loan."""

from tortoise import fields
from tortoise.migrations.constraints import UniqueConstraint

from models.base import Owned
from models.fields import reference
from rules.people.access import PartyRole


class LoanParty(Owned):
    """A borrower, co-borrower or guarantor of a loan; the row is his own, so no party sees another's."""

    loan = reference("Loan")
    loan_id: int
    role = fields.CharEnumField(PartyRole, max_length=11)

    class Meta:
        table = "loan_party"
        constraints = (
            UniqueConstraint(name="loan_party_one_borrower", fields=("loan_id",), condition="\"role\" = 'BORROWER'"),
        )
        unique_together = (("loan_id", "customer_id"),)
        indexes = (("customer_id", "loan_id"),)
