"""Signing in: sessions and how they go on, phone codes, and the attempts that limits count."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import orjson
from tortoise import connections, fields
from tortoise.migrations.constraints import CheckConstraint

from models.base import Internal
from models.database.handwritten import Statement, fetch_one
from models.fields import NumberField, TextField, reference
from models.scopes import NOTHING, Asker, Is, IsAfter, IsMissing, Scope
from rules.people.access import ALL_STAFF, IN_CHARGE, Role
from rules.people.kinds import Locale


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


@dataclass(frozen=True)
class OpenSession:
    """A session that goes on, and whose it is."""

    customer_id: int | None
    staff_id: int | None
    role: Role
    locale: Locale | None
    """The one the person chose."""
    branch_ids: tuple[int, ...]
    """Of staff in charge of customers."""
    expires_at: datetime


_OPEN_SESSION = Statement(
    "open_session",
    """
    SELECT session.customer_id, session.staff_id, session.expires_at, staff.role,
      COALESCE(customer.locale, staff.locale) AS locale,
      (SELECT {list}(branch.branch_id) FROM (SELECT branch_id FROM staff_branch
        WHERE staff_id = session.staff_id ORDER BY branch_id) AS branch) AS branch_ids
    FROM session
    LEFT JOIN customer ON customer.id = session.customer_id
    LEFT JOIN staff ON staff.id = session.staff_id
    WHERE session.id = :session_id AND session.ended_at IS NULL AND session.expires_at > :now
      AND (session.staff_id IS NULL OR staff.is_active)
    """,
    {"session_id": "bigint", "now": "timestamptz"},
)


async def open_session(session_id: int, now: datetime) -> OpenSession | None:
    """Read a session with its person, in one statement: every request may have to; None if it does not go on."""
    values = {"session_id": session_id, "now": now}
    row = await fetch_one(connections.get("default"), _OPEN_SESSION, values)
    if row is None:
        return None
    role = Role(row["role"]) if row["staff_id"] is not None else Role.CUSTOMER
    return OpenSession(
        customer_id=row["customer_id"],
        staff_id=row["staff_id"],
        role=role,
        locale=None if row["locale"] is None else Locale(row["locale"]),
        branch_ids=tuple(orjson.loads(row["branch_ids"] or "[]")) if role in IN_CHARGE else (),
        expires_at=Session._meta.fields_map["expires_at"].to_python_value(row["expires_at"]),
    )


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
    CHECK_IN_TRY = "CHECK_IN_TRY"
    """A wrong code at the door of an event."""
    REFERRAL_TRY = "REFERRAL_TRY"


class SignInAttempt(Internal):
    """One attempt, so that the next ones can be limited by whom it was about and where it came from."""

    kind = fields.CharEnumField(AttemptKind, max_length=12)
    subject_index = TextField(64)
    """Blind index of the phone or login, or of whose try it was."""
    address_index = TextField(64)
    """Blind index of the network address."""

    class Meta:
        table = "sign_in_attempt"
        indexes = (("subject_index", "created_at"), ("address_index", "created_at"))
