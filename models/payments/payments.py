"""Money on its way to us and from us, and money that arrived."""

from datetime import date
from typing import ClassVar

from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint

from models.base import Internal, LoanOwned
from models.fields import DateField, LongTextField, MoneyField, TextField, reference
from rules.money import ZERO
from rules.payments.states import PaymentStatus, PayoutStatus
from rules.people.access import C1, PAYERS, PartyRole


class PaymentIntent(LoanOwned):
    """A customer asked to pay; the provider is asked under the intent's id, so that asking twice collects once."""

    seen_by: ClassVar[frozenset[PartyRole]] = PAYERS

    actor = TextField(20, tier=C1)
    """Who asked: the borrower, or another party."""
    provider = TextField(20, tier=C1)
    currency = TextField(3, tier=C1)
    amount = MoneyField(tier=C1)
    status = fields.CharEnumField(PaymentStatus, max_length=10)
    failure: str | None = TextField(40, tier=C1, null=True)  # type: ignore[assignment]
    """The provider's reason, where it failed."""
    asked_at = fields.DatetimeField()
    """When the provider was last asked."""
    prepayment_quote = reference("PrepaymentQuote", null=True)
    prepayment_quote_id: int | None
    """What it repays early, if it does."""

    class Meta:
        table = "payment_intent"
        constraints = (
            CheckConstraint(name="payment_intent_moves_something", check='"amount" > 0'),
            CheckConstraint(name="payment_intent_failure", check='("status" = \'FAILED\') = ("failure" IS NOT NULL)'),
        )
        indexes = (("status", "asked_at"), ("loan_id", "id"), ("customer_id", "id"))


class Receipt(LoanOwned):
    """Money we received; nothing is booked against anything else."""

    is_append_only: ClassVar[bool] = True
    seen_by: ClassVar[frozenset[PartyRole]] = PAYERS

    provider = TextField(20, tier=C1)
    """`sandbox`, or `manual` for what an officer recorded."""
    provider_reference = TextField(64, tier=C1)
    intent = reference("PaymentIntent", null=True, unique=True)
    intent_id: int | None
    currency = TextField(3, tier=C1)
    amount = MoneyField(tier=C1)
    received_at = fields.DatetimeField()
    value_on = DateField()

    class Meta:
        table = "receipt"
        constraints = (CheckConstraint(name="receipt_moves_something", check='"amount" > 0'),)
        unique_together = (("provider", "provider_reference"),)
        indexes = (("loan_id", "id"), ("customer_id", "id"))


class Payout(LoanOwned):
    """Money we send for a loan: the provider is asked under the payout's id, or two people see to it by hand."""

    seen_by: ClassVar[frozenset[PartyRole]] = PAYERS

    bank_account = reference("BankAccount")
    bank_account_id: int
    provider = TextField(20, tier=C1)
    provider_reference = TextField(64, tier=C1, null=True)
    currency = TextField(3, tier=C1)
    amount = MoneyField(tier=C1)
    change = reference("LoanChange", null=True)
    change_id: int | None
    """The tranche that it pays out; null where it pays the loan out."""
    settles = MoneyField(tier=C1, default=ZERO, db_default=0)
    """What is kept back to settle an older loan."""
    settles_on: date | None = DateField(null=True)
    """The day for which that was reckoned; null where nothing is settled."""
    is_refund = fields.BooleanField(default=False, db_default=False)
    """It sends kept credit of a settled loan back."""
    status = fields.CharEnumField(PayoutStatus, max_length=10)
    failure: str | None = TextField(40, tier=C1, null=True)  # type: ignore[assignment]
    """The provider's reason, or a `PayoutFailure` that somebody recorded."""
    asked_at = fields.DatetimeField()
    released_by = reference("Staff", null=True)
    released_by_id: int | None
    """Who said that it is to be paid by hand, the last time."""
    released_on: date | None = DateField(null=True)
    settled_by = reference("Staff", null=True)
    settled_by_id: int | None
    """Who said how that ended: never the same person."""

    class Meta:
        table = "payout"
        constraints = (
            CheckConstraint(name="payout_moves_something", check='"amount" > 0'),
            CheckConstraint(name="payout_settles", check='("settles" > 0) = ("settles_on" IS NOT NULL)'),
            CheckConstraint(name="payout_refunds", check='NOT "is_refund" OR ("change_id" IS NULL AND "settles" = 0)'),
            CheckConstraint(name="payout_failure", check='("status" = \'FAILED\') = ("failure" IS NOT NULL)'),
            CheckConstraint(
                name="payout_released_by", check='"status" <> \'RELEASED\' OR "released_by_id" IS NOT NULL'
            ),
            CheckConstraint(name="payout_by_two", check='"settled_by_id" <> "released_by_id"'),
        )
        unique_together = (("provider", "provider_reference"),)
        indexes = (
            ("status", "asked_at"),
            ("loan_id", "id"),
            ("customer_id", "id"),
            ("status", "id"),
            ("bank_account_id", "status"),
        )


class PaymentEvent(Internal):
    """What a provider told us, as it came; the same word twice is one row."""

    is_append_only: ClassVar[bool] = True

    provider = TextField(20)
    event_reference = TextField(64)
    body = LongTextField()

    class Meta:
        table = "payment_event"
        unique_together = (("provider", "event_reference"),)
