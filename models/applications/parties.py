"""Who takes part in an application beside the applicant."""

from datetime import date, datetime

from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint

from models.base import Owned
from models.fields import (
    BlindIndexField,
    DateField,
    EncryptedField,
    LongTextField,
    MaskField,
    MoneyField,
    NumberField,
    TextField,
    reference,
)
from rules.applications.parties import InvitationStatus
from rules.people.access import C1, C2, PartyRole
from rules.people.kinds import Locale
from rules.people.masks import three_and_four


class Invitation(Owned):
    """Whom an applicant asks to take part, by phone: he need not be a customer yet. The row is the applicant's."""

    application = reference("Application")
    application_id: int
    role = fields.CharEnumField(PartyRole, max_length=11)
    phone = EncryptedField(tier=C2)
    phone_mask = MaskField("phone", three_and_four)
    phone_index = BlindIndexField("phone")
    status = fields.CharEnumField(InvitationStatus, max_length=9)
    expires_on: date = DateField()
    """The last day on which it can be accepted."""
    name = TextField(100, tier=C2, null=True)
    """Of who accepted; null before."""
    has_signed = fields.BooleanField(default=False, db_default=False)

    class Meta:
        table = "invitation"
        constraints = (
            UniqueConstraint(
                name="invitation_once_at_a_time",
                fields=("application_id", "phone_index"),
                condition="\"status\" IN ('INVITED', 'ACCEPTED')",
            ),
            CheckConstraint(name="invitation_of_another", check="\"role\" <> 'BORROWER'"),
            CheckConstraint(name="invitation_signed", check='NOT "has_signed" OR "status" = \'ACCEPTED\''),
        )
        indexes = (("application_id", "id"),)


class ApplicationParty(Owned):
    """A co-borrower or guarantor of an application; the row is his own, with the text that he signs."""

    application = reference("Application")
    application_id: int
    invitation = reference("Invitation", unique=True)
    invitation_id: int
    role = fields.CharEnumField(PartyRole, max_length=11)
    is_active = fields.BooleanField(default=True, db_default=True)
    """False once the applicant does without him."""
    number = TextField(20, tier=C1)
    """The application's, as it is read aloud."""
    currency = TextField(3, tier=C1)
    amount = MoneyField(tier=C1)
    """Of the loan: what is asked for, and what is offered once it is."""
    locale: Locale | None = fields.CharEnumField(Locale, max_length=5, null=True)  # type: ignore[assignment]
    """The language of the text; null before there is one, like the text."""
    text: str | None = LongTextField(tier=C2, null=True)
    text_hash: str | None = TextField(64, tier=C1, null=True)  # type: ignore[assignment]
    """SHA-256 of the text, hexadecimal: what his signature is about."""
    signed_at: datetime | None = fields.DatetimeField(null=True)
    session_number: int | None = NumberField(tier=C1, null=True)

    class Meta:
        table = "application_party"
        constraints = (
            CheckConstraint(
                name="application_party_text",
                check='("text" IS NULL) = ("text_hash" IS NULL) AND ("text" IS NULL) = ("locale" IS NULL)',
            ),
            CheckConstraint(
                name="application_party_signed",
                check='("signed_at" IS NULL) = ("session_number" IS NULL) AND ("signed_at" IS NULL OR "text" IS NOT NULL)',
            ),
        )
        indexes = (("customer_id", "id"), ("application_id", "id"))
