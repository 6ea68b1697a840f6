"""Reading by a statement of our own: plain rows, without the ORM between."""

import sqlite3
from collections.abc import Sequence
from typing import Any

from tortoise import connections

from models.database.sqlite_engine import run_job


def dialect() -> str:
    """Name the connected database's dialect: `sqlite` or `postgres`."""
    return str(connections.get("default").capabilities.dialect)


async def fetch(sql: str, values: Sequence[Any]) -> Sequence[Any]:
    """Run one SELECT on one connection, released at once; gives rows to be read by position."""
    client: Any = connections.get("default")
    client.log.debug("%s: %s", sql, values)  # As the engines do, so that statements are counted.
    if client.capabilities.dialect == "sqlite":
        return await run_job(client, lambda connection: _fetch_all(connection, sql, values))
    async with client.acquire_connection() as connection:
        rows: Sequence[Any] = await connection.fetch(sql, *values)
    return rows


def _fetch_all(connection: sqlite3.Connection, sql: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
    cursor = connection.cursor()
    cursor.row_factory = None  # Plain tuples: they are read by position.
    return cursor.execute(sql, values).fetchall()
