"""What happened to loans: the journal from which all their figures follow."""

from decimal import Decimal
from typing import ClassVar

from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint

from models.base import LoanOwned
from models.fields import DateField, MoneyField, NumberField, RateField, TextField, reference
from rules.loans.events import LoanEventKind, PrepaymentEffect
from rules.people.access import C1, PAYERS, PartyRole
from rules.products.kinds import DueComponent


class LoanEvent(LoanOwned):
    """Something that happened to a loan, on the day that counts for it; of one day, the first written is the first.

    A loan is replayed from these (`rules.loans.ledger`); its installments and allocations are what the replay gives.
    """

    is_append_only: ClassVar[bool] = True
    seen_by: ClassVar[frozenset[PartyRole]] = PAYERS

    kind = fields.CharEnumField(LoanEventKind, max_length=20)
    value_on = DateField()
    """The day that counts for it."""
    currency = TextField(3, tier=C1)
    amount: Decimal | None = MoneyField(tier=C1, null=True)
    annual_rate: Decimal | None = RateField(tier=C1, null=True)
    effect: PrepaymentEffect | None = fields.CharEnumField(PrepaymentEffect, max_length=20, null=True)  # type: ignore[assignment]
    periods: int | None = NumberField(tier=C1, null=True)
    due_day: int | None = NumberField(tier=C1, null=True)
    pays_only: DueComponent | None = fields.CharEnumField(DueComponent, max_length=9, null=True)  # type: ignore[assignment]
    """Of a payment by a voucher: what it pays, and nothing else."""
    reverses = reference("LoanEvent", null=True)
    reverses_id: int | None
    repayment = reference("Repayment", null=True)
    repayment_id: int | None
    change = reference("LoanChange", null=True)
    change_id: int | None
    payout = reference("Payout", null=True)
    payout_id: int | None
    """That of a refund."""

    class Meta:
        table = "loan_event"
        constraints = (
            CheckConstraint(name="loan_event_reverses", check='("kind" = \'REVERSAL\') = ("reverses_id" IS NOT NULL)'),
            CheckConstraint(
                name="loan_event_paid",
                check="(\"kind\" IN ('PAYMENT', 'PREPAYMENT')) = (\"repayment_id\" IS NOT NULL)"
                " AND (\"kind\" NOT IN ('PAYMENT', 'PREPAYMENT') OR \"amount\" > 0)",
            ),
            CheckConstraint(
                name="loan_event_by_voucher",
                check="\"pays_only\" IS NULL OR (\"kind\" = 'PAYMENT' AND \"pays_only\" IN ('INTEREST', 'COSTS'))",
            ),
            CheckConstraint(name="loan_event_refunds", check='("kind" = \'REFUND\') = ("payout_id" IS NOT NULL)'),
            UniqueConstraint(
                name="loan_event_reversed_once", fields=("reverses_id",), condition='"reverses_id" IS NOT NULL'
            ),
            UniqueConstraint(
                name="loan_event_repaid_once", fields=("repayment_id",), condition='"repayment_id" IS NOT NULL'
            ),
            UniqueConstraint(
                name="loan_event_refunded_once", fields=("payout_id",), condition='"payout_id" IS NOT NULL'
            ),
        )
        indexes = (
            ("loan_id", "value_on", "id"),
            ("repayment_id", "id"),
            ("customer_id", "id"),
            ("customer_id", "created_at", "id"),
        )
