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
from models.database import transaction
from models.database.unit import Unit
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


@asynccontextmanager
async def once(model: type[M], viewer: Viewer, operation: str, key: str, *arguments: object) -> AsyncIterator[Kept[M]]:
    """Run the body in a transaction if nobody did so under this key before, else give what was kept then.

    A key belongs to one actor and one operation. Two at once: the second waits for the first, and reads his row; if the
    first fails, nothing of him stays, and the second does it. Raises `KeyReused` if the arguments were others.
    """
    assert viewer.role is not Role.VISITOR, "a key belongs to somebody"
    asked = IdempotencyKey(
        actor=viewer.actor,
        operation=operation,
        key=key,
        arguments_hash=_hash(arguments),
        created_at=viewer.now,
    )
    known = await _known(asked)
    if known is None:
        try:
            async with transaction(viewer, operation) as unit:
                asked.id = await _claim(asked)
                kept: Kept[M] = Kept(is_new=True, now=unit.now, today=unit.today)
                yield kept
                await _keep(asked, unit, kept.result)
            return
        except _TwinWonError:
            known = await _known(asked)
    assert known is not None
    yield Kept(is_new=False, now=viewer.now, today=viewer.today, row=await _row(model, viewer, known, asked))


async def _known(asked: IdempotencyKey) -> IdempotencyKey | None:
    return await IdempotencyKey.get_or_none(actor=asked.actor, operation=asked.operation, key=asked.key)


async def _claim(asked: IdempotencyKey) -> int:
    """Write the key down before anything is locked; a racing twin waits here until we commit or fail."""
    connection = get_connection("default")
    places = "?, ?, ?, ?, ?" if connection.capabilities.dialect == "sqlite" else "$1, $2, $3, $4, $5"
    claimed = await connection.execute_query_dict(
        "INSERT INTO idempotency_key (actor, operation, key, arguments_hash, created_at) "  # noqa: S608
        f"VALUES ({places}) ON CONFLICT (actor, operation, key) DO NOTHING RETURNING id",
        [asked.actor, asked.operation, asked.key, asked.arguments_hash, asked.created_at],
    )
    if not claimed:
        raise _TwinWonError
    return int(claimed[0]["id"])


async def _keep(asked: IdempotencyKey, unit: Unit, row: Row) -> None:
    unit.subject = unit.subject or row
    await IdempotencyKey.filter(id=asked.id).update(result_number=row.id)


async def _row(model: type[M], viewer: Viewer, known: IdempotencyKey, asked: IdempotencyKey) -> M:
    if known.arguments_hash != asked.arguments_hash:
        raise KeyReused
    row = await model.visible_to(viewer).get_or_none(id=known.result_number)
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
