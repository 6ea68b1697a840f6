"""Reading what a payment wrote, from both databases."""

import sqlite3
from collections.abc import Mapping
from typing import Any

import asyncpg

from bench.answers import Written

TABLES = (
    "allocation",
    "audit_entry",
    "entry",
    "idempotency_key",
    "loan_event",
    "outbox_event",
    "point_lot",
    "points_entry",
    "points_posting",
    "posting",
    "receipt",
    "repayment",
)
"""Every table that a payment adds rows to."""
STATE = {
    "installment": "SELECT * FROM installment WHERE loan_id = {loan} ORDER BY number",
    "loan": "SELECT * FROM loan WHERE id = {loan}",
}
"""The rows that it changes. Of a points account `jobs.verify` says whether it is right."""


class PostgresRows:
    """Reads through a connection of its own."""

    def __init__(self, connection: asyncpg.Connection) -> None:
        self.connection = connection

    async def last_ids(self) -> Mapping[str, int]:
        return {table: await self.connection.fetchval(_last_id(table)) for table in TABLES}

    async def since(self, last_ids: Mapping[str, int], loan: int) -> Written:
        statements = _statements(last_ids, loan)
        return {name: [dict(row) for row in await self.connection.fetch(text)] for name, text in statements.items()}


class SqliteRows:
    """Reads through a connection of its own."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection

    async def last_ids(self) -> Mapping[str, int]:
        return {table: self.connection.execute(_last_id(table)).fetchone()[0] for table in TABLES}

    async def since(self, last_ids: Mapping[str, int], loan: int) -> Written:
        return {name: self._rows(text) for name, text in _statements(last_ids, loan).items()}

    def _rows(self, statement: str) -> list[dict[str, Any]]:
        cursor = self.connection.execute(statement)
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _last_id(table: str) -> str:
    return f"SELECT COALESCE(MAX(id), 0) FROM {table}"  # noqa: S608  Names of our own tables.


def _statements(last_ids: Mapping[str, int], loan: int) -> dict[str, str]:
    new = {
        table: f"SELECT * FROM {table} WHERE id > {last} ORDER BY id"  # noqa: S608  As above.
        for table, last in last_ids.items()
    }
    return new | {table: text.format(loan=loan) for table, text in STATE.items()}
