"""Reading by a statement of our own: plain rows, without the ORM between."""

from collections.abc import Sequence
from typing import Any

from tortoise import connections


def dialect() -> str:
    """Name the connected database's dialect: `sqlite` or `postgres`."""
    return str(connections.get("default").capabilities.dialect)


async def fetch(sql: str, values: Sequence[Any]) -> Sequence[Any]:
    """Run one SELECT on one connection, released at once; gives rows to be read by position."""
    client: Any = connections.get("default")
    client.log.debug("%s: %s", sql, values)  # As the engines do, so that statements are counted.
    async with client.acquire_connection() as connection:
        if client.capabilities.dialect == "postgres":
            rows: Sequence[Any] = await connection.fetch(sql, *values)
        else:  # One job in the driver's thread: execute and fetch apart would each wait for it.
            rows = await connection._execute(_fetch_all, connection._conn, sql, values)
    return rows


def _fetch_all(connection: Any, sql: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
    cursor = connection.cursor()
    cursor.row_factory = None
    rows: list[tuple[Any, ...]] = cursor.execute(sql, values).fetchall()
    return rows
