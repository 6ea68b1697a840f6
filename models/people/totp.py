"""The second factor of the people at the desks."""

from datetime import datetime

from tortoise import fields

from models.base import Internal
from models.fields import EncryptedField, NumberField, reference
from rules.people.access import C3


class StaffTotp(Internal):
    """What a member of staff's authenticator app shares with us; asked for at every sign-in once it is confirmed."""

    staff = reference("Staff", unique=True)
    staff_id: int
    secret = EncryptedField(tier=C3)
    """Base32, as RFC 6238 apps read it."""
    confirmed_at: datetime | None = fields.DatetimeField(null=True)
    """Null until a first code has shown that the app has the secret."""
    last_step = NumberField(default=0)
    """The 30-second step of the last code taken: a code at or before it is worth nothing."""

    class Meta:
        table = "staff_totp"
