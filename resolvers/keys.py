"""Doing once what is asked twice: every write that moves money or points takes a key."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from hashlib import sha256
from typing import Any, Generic, TypeVar

from tortoise.connection import get_connection

from models import IdempotencyKey, Row, Viewer
from models.database import Unit, transaction
from models.database.handwritten import Statement, fetch_one
from rules.errors import KeyReused, NotFound
from rules.people.access import Role

M = TypeVar("M", bound=Row)


@dataclass
class Kept(Generic[M]):
    """What a key stands for. While `is_new`, it is still to be done, in the transaction that is open."""

    is_new: bool
    now: datetime
    today: date
    row: M | None = None

    def keep(self, row: M) -> None:
        """Say what came of it: the same key gets this row again."""
        assert self.is_new, "what was kept stays"
        self.row = row

    @property
    def result(self) -> M:
        assert self.row is not None, "a new key ends with kept.keep(row)"
        return self.row


class _TwinWonError(Exception):
    """Somebody with the same key committed while we waited for him."""


@dataclass(frozen=True)
class Asked:
    """What an actor asks for under a key."""

    actor: str
    operation: str
    key: str
    arguments_hash: str

    def values(self) -> dict[str, str]:
        """Give it as the columns of its row."""
        return vars(self)


def asked_by(viewer: Viewer, operation: str, key: str, *arguments: object) -> Asked:
    """Say what a viewer asks for; another time the same arguments must stand under the same key."""
    assert viewer.role is not Role.VISITOR, "a key belongs to somebody"
    return Asked(viewer.actor, operation, key, _hash(arguments))


async def known(asked: Asked) -> int | None:
    """Give the id of the row that was kept for the same question, None if it is new; locks nothing.

    Raises `KeyReused` if the key was for something else.
    """
    row = await fetch_one(get_connection("default"), _KNOWN, asked.values())
    if row is None:
        return None
    if row["arguments_hash"] != asked.arguments_hash:
        raise KeyReused
    return int(row["result_number"])


@asynccontextmanager
async def once(model: type[M], viewer: Viewer, operation: str, key: str, *arguments: object) -> AsyncIterator[Kept[M]]:
    """Run the body in a transaction if nobody did so under this key before, else give what was kept then.

    A key belongs to one actor and one operation. Two at once: the second waits for the first, and reads his row; if the
    first fails, nothing of him stays, and the second does it. Raises `KeyReused` if the arguments were others.
    """
    asked = asked_by(viewer, operation, key, *arguments)
    result_id = await known(asked)
    if result_id is None:
        try:
            async with transaction(viewer, operation) as unit:
                claimed_id = await _claim(asked, unit)
                kept: Kept[M] = Kept(is_new=True, now=unit.now, today=unit.today)
                yield kept
                await _keep(claimed_id, unit, kept.result)
            return
        except _TwinWonError:
            result_id = await known(asked)
    assert result_id is not None
    yield Kept(is_new=False, now=viewer.now, today=viewer.today, row=await _row(model, viewer, result_id))


_KINDS = {
    **dict.fromkeys(("actor", "operation", "key", "arguments_hash"), "text"),
    "now": "timestamptz",
}
_KNOWN = Statement(
    "idempotency_key",
    """
    SELECT arguments_hash, result_number FROM idempotency_key
    WHERE actor = :actor AND operation = :operation AND key = :key
    """,
    _KINDS,
)
_CLAIM = Statement(
    "idempotency_key",
    """
    INSERT INTO idempotency_key (actor, operation, key, arguments_hash, created_at)
    VALUES (:actor, :operation, :key, :arguments_hash, :now)
    ON CONFLICT (actor, operation, key) DO NOTHING RETURNING id
    """,
    _KINDS,
)


async def _claim(asked: Asked, unit: Unit) -> int:
    """Write the key down before anything is locked; a racing twin waits here until we commit or fail."""
    claimed = await fetch_one(get_connection("default"), _CLAIM, {**asked.values(), "now": unit.now})
    if claimed is None:
        raise _TwinWonError
    return int(claimed["id"])


async def _keep(claimed_id: int, unit: Unit, row: Row) -> None:
    unit.subject = unit.subject or row
    await IdempotencyKey.filter(id=claimed_id).update(result_number=row.id)


async def _row(model: type[M], viewer: Viewer, id: int) -> M:
    row = await model.visible_to(viewer).get_or_none(id=id)
    if row is None:
        raise NotFound
    return row


def _hash(arguments: tuple[object, ...]) -> str:
    """Hash arguments so that equal ones hash alike: 5 and 5.00 are one amount."""
    return sha256(json.dumps(arguments, default=_plain).encode()).hexdigest()


def _plain(value: Any) -> str:
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    assert isinstance(value, date), f"{value!r} cannot be an argument under a key"
    return value.isoformat()
