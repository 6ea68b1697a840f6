"""Signing in: sessions and how they go on, phone codes, and the attempts that limits count."""

from datetime import datetime
from enum import StrEnum

from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint

from models.base import Internal
from models.fields import NumberField, TextField, reference
from models.scopes import NOTHING, Asker, Is, IsAfter, IsMissing, Scope
from rules.people.access import ALL_STAFF, Role


class Session(Internal):
    """One sign-in of one person on one device; its tokens are worth nothing once it ended.

    It is seen by nobody but the person himself, and only while it lasts.
    """

    customer = reference("Customer", null=True)
    customer_id: int | None
    staff = reference("Staff", null=True)
    staff_id: int | None
    expires_at = fields.DatetimeField()
    ended_at: datetime | None = fields.DatetimeField(null=True)
    device_index = TextField(64, null=True)
    """Blind index of the device's own id; null where the app gave none."""
    device_name = TextField(100, null=True)
    """As the app calls the device, for the person to know it again."""

    class Meta:
        table = "session"
        constraints = (
            CheckConstraint(name="session_of_one_person", check='("customer_id" IS NULL) <> ("staff_id" IS NULL)'),
        )
        indexes = (("customer_id",), ("staff_id",))

    @classmethod
    def scope(cls, role: Role) -> Scope:
        if role is Role.CUSTOMER:
            return (Is("customer_id", Asker.CUSTOMER), *_WHILE_IT_LASTS)
        if role in ALL_STAFF:
            return (Is("staff_id", Asker.STAFF), *_WHILE_IT_LASTS)
        return NOTHING


_WHILE_IT_LASTS = (IsMissing("ended_at"), IsAfter("expires_at", Asker.NOW))


class RefreshToken(Internal):
    """What a session goes on by, once: using it makes the next one. All of a session's are one family."""

    session = reference("Session")
    session_id: int
    token_hash = TextField(64, unique=True)
    """SHA-256 of the token, which is random: nobody finds it from its hash."""
    used_at: datetime | None = fields.DatetimeField(null=True)

    class Meta:
        table = "refresh_token"
        indexes = (("session_id",),)


class SignInCode(Internal):
    """A code sent to a phone; the newest one of a phone counts."""

    phone_index = TextField(64)
    code_hash = TextField(64)
    expires_at = fields.DatetimeField()
    tries_left = NumberField(default=5)
    used_at: datetime | None = fields.DatetimeField(null=True)

    class Meta:
        table = "sign_in_code"
        indexes = (("phone_index", "id"),)


class AttemptKind(StrEnum):
    CODE_REQUEST = "CODE_REQUEST"
    CODE_TRY = "CODE_TRY"
    PASSWORD_TRY = "PASSWORD_TRY"  # noqa: S105


class SignInAttempt(Internal):
    """One attempt, so that the next ones can be limited by whom it was about and where it came from."""

    kind = fields.CharEnumField(AttemptKind, max_length=12)
    subject_index = TextField(64)
    """Blind index of the phone or login."""
    address_index = TextField(64)
    """Blind index of the network address."""

    class Meta:
        table = "sign_in_attempt"
        indexes = (("subject_index", "created_at"), ("address_index", "created_at"))
