"""SQL written by hand, one text for both databases, and many statements sent as one.

In a text `:name` is a value and `{name}` a table of `Rows` handed in. PostgreSQL gets all statements of a write as one,
each a WITH query that the later ones read by its name; SQLite, which has no such thing, gets them one after the other,
as one job in the driver's thread.
"""

import re
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from typing import Any, Final, overload

import orjson
from tortoise.backends.base.client import BaseDBAsyncClient

from models.database.sqlite_engine import run_job

Values = Mapping[str, Any]
_PLACE = re.compile(r"(?<![:\w]):([a-z_]+)")
_FUNCTIONS: Final = {
    "sqlite": {
        "array": "json_array",
        "list": "json_group_array",
        "object": "json_group_object",
        "lock": "",
        "lock_free": "",
        "day_of": "julianday(",
    },
    "postgres": {
        "array": "json_build_array",
        "list": "json_agg",
        "object": "json_object_agg",
        "lock": "FOR NO KEY UPDATE",
        "lock_free": "FOR NO KEY UPDATE SKIP LOCKED",
        "day_of": "date_part('julian', ",
    },
}
"""What the two call differently: `{list}` gives null where there are no rows on PostgreSQL, and no rows on SQLite.

`{lock_free}` passes over what somebody else has locked. `{day_of}DATE)` numbers the days, so that a difference counts them.
"""


@dataclass(frozen=True, eq=False)
class Rows:
    """A table handed in as one value: JSON objects with these columns, whose types are PostgreSQL's."""

    name: str
    columns: tuple[tuple[str, str], ...]

    def source(self, dialect: str) -> str:
        """Write what stands behind FROM."""
        if dialect == "postgres":
            columns = ", ".join(f'"{column}" {kind}' for column, kind in self.columns)
            return f"json_to_recordset(:{self.name}) AS {self.name} ({columns})"
        columns = ", ".join(f"value ->> '{column}' AS \"{column}\"" for column, _ in self.columns)
        return f"(SELECT {columns} FROM json_each(:{self.name})) AS {self.name}"  # noqa: S608  Names of ours.


@dataclass(frozen=True, eq=False)
class Statement:
    """One statement; one that writes and is read by later ones bears its table's name, and returns its rows."""

    name: str
    text: str
    kinds: Mapping[str, str]
    """The types, in PostgreSQL, of the values that it may name: it cannot tell all of them by itself."""
    rows: tuple[Rows, ...] = ()
    gives: str = ""
    """What later statements call the id of the one row that it writes, such as `receipt_id`."""

    def written(self, dialect: str) -> str:
        """Write the text for a database, with its values still named."""
        sources = {rows.name: rows.source(dialect) for rows in self.rows}
        lines = self.text.format(**_FUNCTIONS[dialect], **sources).split("\n")
        return "\n".join(line.strip() for line in lines if line.strip())


def as_rows(rows: Iterable[Mapping[str, Any]]) -> str:
    """Make the value of `Rows`."""
    return orjson.dumps(list(rows)).decode()


def as_moment(moment: datetime | None) -> str | None:
    """Make the value of a time in `Rows`: as SQLite keeps it, and PostgreSQL reads it."""
    return None if moment is None else moment.astimezone(UTC).isoformat(" ")


@overload
def read_date(day: date | str) -> date: ...
@overload
def read_date(day: None) -> None: ...
def read_date(day: date | str | None) -> date | None:
    """Read a date as a driver gives it: SQLite's gives text."""
    return date.fromisoformat(day) if isinstance(day, str) else day


@overload
def read_moment(moment: datetime | str) -> datetime: ...
@overload
def read_moment(moment: None) -> None: ...
def read_moment(moment: datetime | str | None) -> datetime | None:
    """Read a time as a driver gives it: SQLite's gives text."""
    return datetime.fromisoformat(moment) if isinstance(moment, str) else moment


async def fetch_each(
    connection: BaseDBAsyncClient, statements: Sequence[Statement], values: Values
) -> list[dict[str, Any] | None]:
    """Run statements that read; gives the first row of each, None where there is none."""
    if connection.capabilities.dialect == "sqlite":
        return await _job(connection, tuple(statements), values)
    found = [await fetch_rows(connection, statement, values) for statement in statements]
    return [rows[0] if rows else None for rows in found]


async def fetch_one(connection: BaseDBAsyncClient, statement: Statement, values: Values) -> dict[str, Any] | None:
    """Run a statement that reads; gives its first row."""
    return (await fetch_each(connection, (statement,), values))[0]


async def fetch_rows(connection: BaseDBAsyncClient, statement: Statement, values: Values) -> list[dict[str, Any]]:
    """Run a statement that reads; gives all its rows."""
    if connection.capabilities.dialect == "sqlite":
        written = _for_sqlite(statement)
        connection.log.debug("%s: %s", written, values)
        return await run_job(connection, lambda raw: [dict(row) for row in raw.execute(written, values)])
    text, names = _alone(statement)
    return await connection.execute_query_dict(text, [values[name] for name in names])


async def write_together(
    connection: BaseDBAsyncClient, statements: Sequence[Statement], values: Values
) -> dict[str, int]:
    """Run statements that write; gives the ids that they give, by what they call them."""
    statements = tuple(statements)
    given = [statement.gives for statement in statements if statement.gives]
    if connection.capabilities.dialect == "sqlite":
        rows = await _job(connection, statements, values)
        written = {statement.gives: row for statement, row in zip(statements, rows, strict=True) if row}
        return {name: written[name]["id"] for name in given}
    text, names = _as_one(statements)
    (ids,) = await connection.execute_query_dict(text, [values[name] for name in names])
    return {name: ids[name] for name in given}


@cache
def _alone(statement: Statement) -> tuple[str, tuple[str, ...]]:
    """Write a statement for PostgreSQL, with its values numbered; gives their names in that order."""
    (text,), names = _numbered((statement,), {})
    return text, names


@cache
def _as_one(statements: tuple[Statement, ...]) -> tuple[str, tuple[str, ...]]:
    """Write statements as PostgreSQL's one, which gives the ids that they give."""
    given = {
        statement.gives: f"(SELECT {statement.name}.id FROM {statement.name})"  # noqa: S608  Names of ours.
        for statement in statements
        if statement.gives
    }
    texts, names = _numbered(statements, given)
    parts = [f"{statement.name} AS (\n{text}\n)" for statement, text in zip(statements, texts, strict=True)]
    ids = [f"{source} AS {name}" for name, source in given.items()]
    return f"WITH {', '.join(parts)}\nSELECT {', '.join(ids) or 'NULL'}", names


def _numbered(statements: tuple[Statement, ...], given: Mapping[str, str]) -> tuple[list[str], tuple[str, ...]]:
    kinds = {name: kind for statement in statements for name, kind in statement.kinds.items()}
    kinds |= {rows.name: "json" for statement in statements for rows in statement.rows}
    names: list[str] = []

    def number(place: re.Match[str]) -> str:
        name = place[1]
        if name in given:
            return given[name]
        if name not in names:
            names.append(name)
        return f"${names.index(name) + 1}::{kinds[name]}"

    texts = [_PLACE.sub(number, statement.written("postgres")) for statement in statements]
    return texts, tuple(names)


async def _job(connection: Any, statements: tuple[Statement, ...], values: Values) -> list[dict[str, Any] | None]:
    """Run statements on SQLite; gives the first row that each returns. The ids they give are values of later ones."""

    def run(raw: sqlite3.Connection) -> list[dict[str, Any] | None]:
        known, found = dict(values), list[dict[str, Any] | None]()
        for statement in statements:
            text = _for_sqlite(statement)
            connection.log.debug("%s: %s", text, known)
            rows = raw.execute(text, known).fetchall()
            found.append(dict(rows[0]) if rows else None)
            if statement.gives:
                known[statement.gives] = rows[0]["id"]
        return found

    return await run_job(connection, run)


@cache
def _for_sqlite(statement: Statement) -> str:
    return statement.written("sqlite")
