"""What two people decide about a case: more time, and what makes up for something."""

from decimal import Decimal

from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint

from models.fields import MoneyField, NumberField, TextField, reference
from models.products.proposals import Proposed
from models.scopes import Says, Scope
from models.service.cases import AboutCase
from rules.people.access import C1, C2
from rules.products.states import ProposalStatus
from rules.service.redress import RedressKind


class CaseProposal(AboutCase, Proposed):
    """Something of a case that one proposes and another approves: the customer sees what was approved."""

    case = reference("Case")
    case_id: int
    words: str = TextField(2_000, tier=C2)  # type: ignore[assignment]
    """Why, in words for the customer."""

    class Meta:
        abstract = True

    @classmethod
    def _scope_of_customer(cls) -> Scope:
        return (*super()._scope_of_customer(), Says("status", ProposalStatus.APPROVED))


class CaseExtension(CaseProposal):
    """More days than the law gives by itself, once."""

    days = NumberField(tier=C1)

    class Meta:
        table = "case_extension"
        constraints = (
            UniqueConstraint(name="case_extension_once", fields=("case_id",), condition="\"status\" <> 'DECLINED'"),
        )
        indexes = (("case_id", "id"), ("customer_id", "id"), ("status", "id"))


class CaseRedress(CaseProposal):
    """An apology, a fee given back, or points."""

    kind = fields.CharEnumField(RedressKind, max_length=10)
    loan = reference("Loan", null=True)
    loan_id: int | None
    currency = TextField(3, tier=C1)
    """The loan's; empty where no money is given."""
    amount: Decimal | None = MoneyField(tier=C1, null=True)
    points: int | None = NumberField(tier=C1, null=True)
    repayment = reference("Repayment", null=True)
    repayment_id: int | None
    """What the refund became in the loan's journal; null before it was approved."""

    class Meta:
        table = "case_redress"
        constraints = (
            CheckConstraint(
                name="case_redress_gives",
                check='("kind" = \'FEE_REFUND\') = ("amount" IS NOT NULL) AND ("amount" IS NULL) = ("loan_id" IS NULL)'
                ' AND ("kind" = \'POINTS\') = ("points" IS NOT NULL)',
            ),
            CheckConstraint(
                name="case_redress_booked",
                check='("repayment_id" IS NOT NULL) = ("kind" = \'FEE_REFUND\' AND "status" = \'APPROVED\')',
            ),
        )
        indexes = (("case_id", "id"), ("customer_id", "id"), ("loan_id", "status"), ("status", "id"))
