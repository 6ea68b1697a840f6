"""What the database itself must hold, compared with what its own catalogue says.

Migrations can lose triggers, indexes and constraints without an error (SQLite remakes a table to change it), and what
refuses a wrong row is worth nothing once it is gone. So a process looks before it starts.
"""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from tortoise import Tortoise
from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.connection import get_connection
from tortoise.indexes import Index
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint
from tortoise.models import Model

from models.database.append_only import triggers
from models.database.guards import guards_of
from models.database.searches import SEARCHED, search_names, search_statements

Columns = tuple[str, ...]


class CatalogueError(Exception):
    """The database lacks something it must have; the message names each."""


@dataclass
class Table:
    """What holds for one table, by what the database calls it."""

    columns: dict[str, bool] = field(default_factory=dict)
    """Name, and whether it may be null."""
    references: set[tuple[str, str]] = field(default_factory=set)
    """Column, and the table it points at, whose rows cannot be deleted meanwhile."""
    unique: set[Columns] = field(default_factory=set)
    indexes: set[Columns] = field(default_factory=set)
    """Every index, the unique ones too."""
    named: set[str] = field(default_factory=set)
    """CHECK constraints, partial unique indexes, triggers, and what makes a table searchable."""


async def check_catalogue() -> None:
    """Raise `CatalogueError` unless all that the models declare is in the connected database, and switched on."""
    connection = get_connection("default")
    dialect = connection.capabilities.dialect
    there = await (_read_sqlite(connection) if dialect == "sqlite" else _read_postgres(connection))
    missing = [*_missing(expected_tables(dialect), there)]
    if dialect == "sqlite":
        missing += await _pragmas_off(connection)
    if missing:
        raise CatalogueError("the database lacks: " + "; ".join(missing) + ". Has it been migrated?")


def expected_tables(dialect: str) -> dict[str, Table]:
    """Give what the models declare, by table."""
    assert Tortoise.apps is not None, "connect first"
    return {model._meta.db_table: _expected(model, dialect) for model in Tortoise.apps["models"].values()}


def _expected(model: type[Model], dialect: str) -> Table:
    meta = model._meta
    table = Table()
    for name, column in meta.fields_db_projection.items():
        column_field: Any = meta.fields_map[name]
        table.columns[column] = column_field.null
        if column_field.unique and not column_field.pk:
            table.unique.add((column,))
        if column_field.reference is not None:
            table.references.add((column, column_field.reference.related_model._meta.db_table))
    table.unique |= {tuple(columns) for columns in meta.unique_together}
    table.indexes |= {_index_columns(index) for index in meta.indexes}
    table.named |= {str(constraint.name) for constraint in _constraints(model)}
    if getattr(model, "is_append_only", False):
        table.named |= triggers(meta.db_table, dialect).keys()
    table.named |= {guard.name for guard in guards_of(meta.db_table)}
    table.named |= search_names(meta.db_table, dialect)
    return table


def _index_columns(index: Index | Iterable[str]) -> Columns:
    return tuple(index.field_names if isinstance(index, Index) else index)


def _constraints(model: type[Model]) -> list[CheckConstraint | UniqueConstraint]:
    return list(model._meta.constraints)


def _missing(expected: dict[str, Table], there: dict[str, Table]) -> Iterable[str]:
    for name, table in expected.items():
        found = there.get(name)
        if found is None:
            yield f"table {name}"
            continue
        for column, may_be_null in table.columns.items():
            if column not in found.columns:
                yield f"column {name}.{column}"
            elif found.columns[column] and not may_be_null:
                yield f"NOT NULL on {name}.{column}"
        yield from (
            f"foreign key {name}.{column} to {target}" for column, target in table.references - found.references
        )
        yield from (f"unique constraint on {name} ({', '.join(columns)})" for columns in table.unique - found.unique)
        yield from (f"index on {name} ({', '.join(columns)})" for columns in table.indexes - found.indexes)
        yield from (f"{constraint} on {name}" for constraint in table.named - found.named)


async def _read_sqlite(connection: BaseDBAsyncClient) -> dict[str, Table]:
    tables: dict[str, Table] = {}
    entries = await connection.execute_query_dict("SELECT type, name, tbl_name, sql FROM sqlite_master")
    for entry in entries:
        if entry["type"] == "table":
            tables[entry["name"]] = await _read_sqlite_table(connection, entry["name"], entry["sql"])
    for entry in entries:
        if entry["type"] == "trigger" and entry["sql"] == _triggers_on_sqlite(entry["tbl_name"]).get(entry["name"]):
            tables[entry["tbl_name"]].named.add(entry["name"])
    for name in SEARCHED.keys() & tables.keys():
        made = search_statements(name, "sqlite")
        tables[name].named |= {entry["name"] for entry in entries if entry["sql"] == made.get(entry["name"])}
    return tables


def _triggers_on_sqlite(table: str) -> dict[str, str]:
    guards = {guard.name: guard.statements("sqlite")[0] for guard in guards_of(table)}
    return triggers(table, "sqlite") | guards


async def _read_sqlite_table(connection: BaseDBAsyncClient, name: str, sql: str) -> Table:
    table = Table()
    for row in await connection.execute_query_dict(f'PRAGMA table_info("{name}")'):
        table.columns[row["name"]] = not row["notnull"]
    for row in await connection.execute_query_dict(f'PRAGMA foreign_key_list("{name}")'):
        if row["on_delete"] == "RESTRICT":
            table.references.add((row["from"], row["table"]))
    for index in await connection.execute_query_dict(f'PRAGMA index_list("{name}")'):
        parts = await connection.execute_query_dict(f'PRAGMA index_info("{index["name"]}")')
        _add_index(table, index["name"], tuple(part["name"] for part in parts), index["unique"], index["partial"])
    table.named |= set(re.findall(r'CONSTRAINT "(\w+)" CHECK \(', sql or ""))
    return table


def _add_index(table: Table, name: str, columns: Columns, is_unique: bool, is_partial: bool) -> None:
    if is_partial:
        if is_unique:
            table.named.add(name)
        return
    table.indexes.add(columns)
    if is_unique:
        table.unique.add(columns)


async def _pragmas_off(connection: BaseDBAsyncClient) -> list[str]:
    switched = {}
    for pragma in ("foreign_keys", "recursive_triggers"):
        (row,) = await connection.execute_query_dict(f"PRAGMA {pragma}")
        switched[pragma] = row[pragma]
    return [f"{pragma}=ON on this connection" for pragma, is_on in switched.items() if not is_on]


_POSTGRES_COLUMNS = """
SELECT table_name, column_name, is_nullable = 'YES' AS may_be_null
FROM information_schema.columns WHERE table_schema = current_schema()
"""
_POSTGRES_REFERENCES = """
SELECT pg_constraint.conrelid::regclass::text AS table_name, attname AS column_name, confrelid::regclass::text AS target
FROM pg_constraint JOIN pg_attribute ON attrelid = conrelid AND attnum = conkey[1]
WHERE contype = 'f' AND confdeltype = 'r' AND convalidated AND connamespace = current_schema()::regnamespace
"""
_POSTGRES_INDEXES = """
SELECT indrelid::regclass::text AS table_name, pg_class.relname AS name, indisunique AS is_unique,
    indpred IS NOT NULL AS is_partial,
    ARRAY(SELECT attname::text FROM unnest(indkey::int[]) WITH ORDINALITY AS part(number, place)
        JOIN pg_attribute ON attrelid = indrelid AND attnum = part.number ORDER BY place) AS columns
FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
WHERE indisvalid AND relnamespace = current_schema()::regnamespace
"""
_POSTGRES_NAMED = """
SELECT conrelid::regclass::text AS table_name, conname AS name FROM pg_constraint
WHERE contype = 'c' AND convalidated AND connamespace = current_schema()::regnamespace
UNION ALL
SELECT tgrelid::regclass::text, tgname FROM pg_trigger
WHERE NOT tgisinternal AND tgenabled IN ('O', 'A')
    AND (tgfoid = to_regproc('refuse_change') OR tgfoid = to_regproc(tgname))
"""
_POSTGRES_SEARCHES = """
SELECT attrelid::regclass::text AS table_name, attname AS name FROM pg_attribute
JOIN pg_class ON pg_class.oid = attrelid
WHERE attgenerated = 's' AND NOT attisdropped AND relnamespace = current_schema()::regnamespace
UNION ALL
SELECT indrelid::regclass::text, relname FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
JOIN pg_am ON pg_am.oid = relam
WHERE amname = 'gin' AND indisvalid AND relnamespace = current_schema()::regnamespace
"""


async def _read_postgres(connection: BaseDBAsyncClient) -> dict[str, Table]:
    tables: defaultdict[str, Table] = defaultdict(Table)
    for row in await connection.execute_query_dict(_POSTGRES_COLUMNS):
        tables[row["table_name"]].columns[row["column_name"]] = row["may_be_null"]
    for row in await connection.execute_query_dict(_POSTGRES_REFERENCES):
        tables[row["table_name"]].references.add((row["column_name"], row["target"]))
    for row in await connection.execute_query_dict(_POSTGRES_INDEXES):
        table = tables[row["table_name"]]
        _add_index(table, row["name"], tuple(row["columns"]), row["is_unique"], row["is_partial"])
    for row in await connection.execute_query_dict(_POSTGRES_SEARCHES):
        tables[row["table_name"]].named.add(row["name"])
    for row in await connection.execute_query_dict(_POSTGRES_NAMED):
        tables[row["table_name"]].named.add(row["name"])
    return tables
