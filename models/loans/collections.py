"""Speaking with people about what is overdue: whom the customer named, what was said, promised and asked for."""

from datetime import date, datetime
from typing import ClassVar

from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint

from models.base import LoanOwned, Owned
from models.fields import DateField, EncryptedField, MaskField, MoneyField, TextField, reference
from rules.loans.contacts import Acquaintance, ContactChannel, ContactOutcome
from rules.loans.hardships import HardshipStatus, Situation
from rules.loans.promises import PromiseStatus
from rules.people.access import C1, C2, PAYERS, PartyRole
from rules.people.masks import three_and_four


class ContactPerson(Owned):
    """Somebody whom the customer named for the case that he cannot be reached."""

    name = TextField(100, tier=C2)
    acquaintance = fields.CharEnumField(Acquaintance, max_length=9)
    phone = EncryptedField(tier=C2)
    phone_mask = MaskField("phone", three_and_four)
    is_active = fields.BooleanField(default=True, db_default=True)
    """False once the customer took the name back."""

    class Meta:
        table = "contact_person"
        indexes = (("customer_id", "id"),)


class Contact(LoanOwned):
    """A call, begun or ended, or a message about what is overdue."""

    customer_may_see: ClassVar[bool] = False

    channel = fields.CharEnumField(ContactChannel, max_length=7)
    staff = reference("Staff")
    staff_id: int
    callee = reference("Customer", null=True)
    callee_id: int | None
    """The party that was spoken to; null for a contact person."""
    contact_person = reference("ContactPerson", null=True)
    contact_person_id: int | None
    number_index: str | None = TextField(64, tier=C1, null=True)  # type: ignore[assignment]
    """The blind index of the number that was called; null for a message."""
    contacted_on: date = DateField()
    """The calendar day where the lender is."""
    reason = TextField(500, tier=C1)
    outcome: ContactOutcome | None = fields.CharEnumField(ContactOutcome, max_length=12, null=True)  # type: ignore[assignment]
    """Null while the call is not ended, and for a message."""
    note = TextField(500, tier=C2, default="", db_default="")
    ended_at: datetime | None = fields.DatetimeField(null=True)

    class Meta:
        table = "contact"
        constraints = (
            CheckConstraint(name="contact_to_one", check='("callee_id" IS NULL) <> ("contact_person_id" IS NULL)'),
            CheckConstraint(name="contact_by_number", check='("channel" = \'CALL\') = ("number_index" IS NOT NULL)'),
            CheckConstraint(name="contact_ended", check='("outcome" IS NULL) = ("ended_at" IS NULL)'),
        )
        indexes = (
            ("loan_id", "id"),
            ("customer_id", "contacted_on", "id"),
            ("number_index", "contacted_on", "id"),
            ("callee_id", "contacted_on", "id"),
            ("customer_id", "created_at", "id"),
        )


class PromiseToPay(LoanOwned):
    """What the customer said he will pay, by when."""

    seen_by: ClassVar[frozenset[PartyRole]] = PAYERS

    currency = TextField(3, tier=C1)
    amount = MoneyField(tier=C1)
    promised_on: date = DateField()
    due_on: date = DateField()
    status = fields.CharEnumField(PromiseStatus, max_length=9)
    recorded_by = reference("Staff", null=True)
    recorded_by_id: int | None
    """Null where the customer said it himself."""
    settled_on: date | None = DateField(null=True)
    """The day on which it was found kept or broken, or was taken back."""

    class Meta:
        table = "promise_to_pay"
        constraints = (
            CheckConstraint(name="promise_of_something", check='"amount" > 0'),
            CheckConstraint(name="promise_settled", check='("status" = \'OPEN\') = ("settled_on" IS NULL)'),
            UniqueConstraint(name="promise_one_at_a_time", fields=("loan_id",), condition="\"status\" = 'OPEN'"),
        )
        indexes = (
            ("loan_id", "id"),
            ("status", "due_on", "id"),
            ("customer_id", "id"),
            ("customer_id", "created_at", "id"),
        )


class HardshipRequest(LoanOwned):
    """A customer asks for help with a loan."""

    owner_key: ClassVar[str | None] = "asked_by_id"
    seen_by: ClassVar[frozenset[PartyRole]] = PAYERS

    asked_by = reference("Customer", null=True)
    asked_by_id: int | None
    """The party who asked: his words are his."""
    situation = fields.CharEnumField(Situation, max_length=11)
    words = TextField(1000, tier=C2, default="", db_default="")
    """As he put it; empty if he did not."""
    wants_call = fields.BooleanField()
    """Whether he wants to be called about it."""
    status = fields.CharEnumField(HardshipStatus, max_length=13)
    change = reference("LoanChange", null=True)
    change_id: int | None
    """The plan; null while there is none."""
    answer: str | None = TextField(1000, tier=C1, null=True)  # type: ignore[assignment]
    """Why there is no way, in words for the customer."""
    answered_by = reference("Staff", null=True)
    answered_by_id: int | None

    class Meta:
        table = "hardship_request"
        constraints = (
            CheckConstraint(
                name="hardship_request_answered",
                check='("status" = \'DECLINED\') = ("answer" IS NOT NULL) AND ("answer" IS NULL) = ("answered_by_id" IS NULL)',
            ),
            UniqueConstraint(
                name="hardship_request_one_at_a_time",
                fields=("loan_id",),
                condition="\"status\" IN ('OPEN', 'PLAN_PROPOSED')",
            ),
        )
        indexes = (
            ("loan_id", "id"),
            ("status", "id"),
            ("change_id", "id"),
            ("customer_id", "id"),
            ("asked_by_id", "id"),
            ("customer_id", "created_at", "id"),
        )
