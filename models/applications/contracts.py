"""What was signed."""

from typing import ClassVar

from tortoise import fields

from models.base import Owned
from models.fields import LongTextField, NumberField, TextField, reference
from rules.people.access import C1, C2
from rules.people.kinds import Locale


class Contract(Owned):
    """The text both sides agree to, as it was shown."""

    is_append_only: ClassVar[bool] = True

    application = reference("Application", unique=True)
    application_id: int
    locale = fields.CharEnumField(Locale, max_length=5)
    text = LongTextField(tier=C2)
    text_hash = TextField(64, tier=C1)
    """SHA-256 of the text, hexadecimal: what the signature is about."""

    class Meta:
        table = "contract"


class Signature(Owned):
    """The customer's signature: which text, when, in which session."""

    is_append_only: ClassVar[bool] = True

    contract = reference("Contract", unique=True)
    contract_id: int
    text_hash = TextField(64, tier=C1)
    session_number = NumberField(tier=C1)
    signed_at = fields.DatetimeField()

    class Meta:
        table = "signature"
