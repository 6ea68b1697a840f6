"""Customers: whom everything here is about."""

from datetime import date
from typing import ClassVar

from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint

from models.base import Owned, Versioned
from models.fields import BlindIndexField, DateField, EncryptedField, MaskField, TextField, reference
from rules.people.access import C2, C3
from rules.people.kinds import Locale, Sex
from rules.people.masks import one_and_one, three_and_four


class Customer(Owned, Versioned):
    """A person who has proved a phone number, and later who he is."""

    customer = None  # He is the customer himself.
    owner_key: ClassVar[str | None] = "id"
    branch_path: ClassVar[str] = "branch_id"

    name = TextField(100, tier=C2, null=True)
    """As on the identity document; null until he identifies himself."""
    phone = EncryptedField(tier=C2)
    """E.164, such as +8613812345678."""
    phone_mask = MaskField("phone", three_and_four)
    phone_index = BlindIndexField("phone", unique=True)
    identity_number = EncryptedField(tier=C3, null=True)
    identity_number_mask = MaskField("identity_number", one_and_one, null=True)
    identity_number_index = BlindIndexField("identity_number", unique=True, null=True)
    birth_on: date | None = DateField(tier=C2, null=True)
    """Derived from the identity number, as the sex is."""
    sex = fields.CharEnumField(Sex, max_length=6, null=True)
    locale = fields.CharEnumField(Locale, max_length=5, null=True)
    """The language he chose; null until he chooses."""
    branch = reference("Branch")
    branch_id: int
    is_restricted = fields.BooleanField(default=False, db_default=False)
    """Whether officers see his rows only where they are named (`AccessGrant`)."""

    class Meta:
        table = "customer"
        constraints = (
            CheckConstraint(
                name="customer_identity",
                check='("identity_number" IS NULL) = ("identity_number_index" IS NULL) AND ("identity_number" IS NULL) = ("identity_number_mask" IS NULL)',
            ),
        )
        indexes = (("branch_id", "id"), ("created_at", "id"))

    @property
    def language(self) -> Locale:
        """In which he is spoken to."""
        return self.locale or Locale.ZH_CN

    @property
    def is_identified(self) -> bool:
        return self.identity_number is not None
