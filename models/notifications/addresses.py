"""Where people are reached: installations of the app, and e-mail addresses."""

from datetime import datetime

from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint

from models.base import Owned
from models.fields import EncryptedField, LongTextField, MaskField, NumberField, TextField, reference
from rules.notifications.addresses import AddressKind, Platform, PushProvider
from rules.notifications.deliveries import RetiredBecause
from rules.people.access import C1, C2
from rules.people.masks import first_and_domain


class PushAddress(Owned):
    """One installation of the app, as a carrier of pushes knows it. A phone that changes hands gets another row."""

    session = reference("Session")
    session_id: int
    """The sign-in in which it was last named: signing out there ends it."""
    provider = fields.CharEnumField(PushProvider, max_length=6)
    kind = fields.CharEnumField(AddressKind, max_length=5)
    platform = fields.CharEnumField(Platform, max_length=7)
    value = LongTextField(tier=C2)
    """What the carrier knows it by; empty once it is forgotten."""
    value_hash = TextField(64, tier=C1)
    """SHA-256 of provider and value."""
    device_index: str | None = TextField(64, tier=C1, null=True)  # type: ignore[assignment]
    """The blind index of the device's own id, as of its session."""
    seen_at: datetime = fields.DatetimeField()
    """When the app last named it."""
    retired_at: datetime | None = fields.DatetimeField(null=True)
    retired_because: RetiredBecause | None = fields.CharEnumField(RetiredBecause, max_length=11, null=True)  # type: ignore[assignment]

    class Meta:
        table = "push_address"
        constraints = (
            CheckConstraint(name="push_address_retired", check='("retired_at" IS NULL) = ("retired_because" IS NULL)'),
            UniqueConstraint(name="push_address_once", fields=("value_hash",), condition='"retired_at" IS NULL'),
        )
        indexes = (("customer_id", "retired_at", "id"), ("session_id",), ("seen_at",), ("device_index",))


class EmailAddress(Owned):
    """A customer's e-mail address; nothing but the code that confirms it is sent there before it is confirmed."""

    customer = reference("Customer", unique=True)
    address = EncryptedField(tier=C2)
    address_mask = MaskField("address", first_and_domain)
    confirmed_at: datetime | None = fields.DatetimeField(null=True)
    code_hash: str | None = TextField(64, tier=C1, null=True)  # type: ignore[assignment]
    code_expires_at: datetime | None = fields.DatetimeField(null=True)
    tries_left = NumberField(tier=C1, default=0, db_default=0)

    class Meta:
        table = "email_address"
