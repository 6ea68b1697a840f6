"""Columns of words, between spaces, that the database can be asked for: by FTS5 on SQLite, by `tsvector` on PostgreSQL.

Neither cuts or changes a word: that is done before, in one way for both (`rules.service.searches`). Both follow their
table by themselves, in the same transaction.
"""

import sqlite3
from collections.abc import Sequence

from tortoise.migrations.operations import TortoiseOperation
from tortoise.migrations.schema_editor.base import BaseSchemaEditor
from tortoise.migrations.schema_generator.state import State
from tortoise.transactions import in_transaction

SEARCHED = {"article_words": ("title_words", "body_words")}
"""The columns of each table that is searched."""


def search_statements(table: str, dialect: str) -> dict[str, str]:
    """Give the statement of each thing that makes a table searchable, by the thing's name, in this order."""
    columns = SEARCHED.get(table, ())
    if not columns:
        return {}
    return _on_sqlite(table, columns) if dialect == "sqlite" else _on_postgres(table, columns)


def _on_sqlite(table: str, columns: Sequence[str]) -> dict[str, str]:
    search, named = f"{table}_search", ", ".join(columns)
    new, old = (", ".join(f"{row}.{column}" for column in columns) for row in ("NEW", "OLD"))
    add = f"INSERT INTO {search} (rowid, {named}) VALUES (NEW.id, {new});"  # noqa: S608  Names of ours.
    take = f"INSERT INTO {search} ({search}, rowid, {named}) VALUES ('delete', OLD.id, {old});"  # noqa: S608
    # "ascii" parts at spaces only and leaves every other character alone: no word of ours has a sign or a capital.
    made = {
        search: f"CREATE VIRTUAL TABLE {search} USING fts5({named}, content='{table}', content_rowid='id',"
        " tokenize='ascii', detail=column)"
    }
    for event, acts in (("INSERT", add), ("DELETE", take), ("UPDATE", f"{take} {add}")):
        name = f"{search}_follows_{event.lower()}"
        made[name] = f'CREATE TRIGGER "{name}" AFTER {event} ON "{table}" BEGIN {acts} END'
    return made


def _on_postgres(table: str, columns: Sequence[str]) -> dict[str, str]:
    # Not `to_tsvector`: even with 'simple' its parser would cut our words again, by rules of its own.
    made = {
        f"{column}_search": f'ALTER TABLE "{table}" ADD COLUMN "{column}_search" tsvector'
        f" GENERATED ALWAYS AS (array_to_tsvector(string_to_array({column}, ' '))) STORED"
        for column in columns
    }
    indexed = ", ".join(made)
    return made | {f"{table}_search": f'CREATE INDEX "{table}_search" ON "{table}" USING gin ({indexed})'}


def search_names(table: str, dialect: str) -> set[str]:
    """Name what has to be there for a table to be searchable."""
    return set(search_statements(table, dialect))


def drop_search_statements(table: str, dialect: str) -> list[str]:
    """Write what makes a table not searchable any more."""
    columns = SEARCHED[table]
    if dialect != "sqlite":
        return [f'ALTER TABLE "{table}" DROP COLUMN "{column}_search"' for column in columns]
    search, *triggers = search_statements(table, dialect)
    return [*(f'DROP TRIGGER "{name}"' for name in triggers), f"DROP TABLE {search}"]


def hits_statement(table: str, column: str, dialect: str, parameter: str) -> str:
    """Write a SELECT of the `id` of each row that has a word in a column; the parameter is what `as_query` gives."""
    if dialect == "sqlite":
        return f"SELECT rowid AS id FROM {table}_search WHERE {table}_search MATCH '{column} : ' || {parameter}"  # noqa: S608  Names of ours.
    return f"SELECT id FROM {table} WHERE {column}_search @@ {parameter}::text::tsquery"  # noqa: S608


def as_query(word: str, dialect: str) -> str:
    """Write a word as the one thing to look for; AND, OR and NEAR are words like others."""
    assert word.isalnum(), "words have letters and digits only"
    return f'"{word}"' if dialect == "sqlite" else f"'{word}'"


class MakeSearchable(TortoiseOperation):
    """Makes the words of a table searchable."""

    def __init__(self, table: str) -> None:
        self.table = table

    def describe(self) -> str:
        return f"Make {self.table} searchable"

    async def database_forward(
        self,
        app_label: str,  # noqa: ARG002
        old_state: State,  # noqa: ARG002
        new_state: State,  # noqa: ARG002
        state_editor: BaseSchemaEditor | None = None,
    ) -> None:
        if state_editor is not None:
            dialect = state_editor.client.capabilities.dialect
            for statement in search_statements(self.table, dialect).values():
                await state_editor.client.execute_query(statement)

    async def database_backward(
        self,
        app_label: str,  # noqa: ARG002
        old_state: State,  # noqa: ARG002
        new_state: State,  # noqa: ARG002
        state_editor: BaseSchemaEditor | None = None,
    ) -> None:
        if state_editor is not None:
            dialect = state_editor.client.capabilities.dialect
            for statement in drop_search_statements(self.table, dialect):
                await state_editor.client.execute_query(statement)


async def is_searched_as_written(table: str) -> bool:
    """Say whether what the database finds by is what the table's columns say; locks SQLite while it looks."""
    async with in_transaction("default") as connection:
        if connection.capabilities.dialect != "sqlite":
            return True  # The columns that are searched are generated from the others.
        search = f"{table}_search"
        try:
            await connection.execute_query(f"INSERT INTO {search} ({search}, rank) VALUES ('integrity-check', 1)")  # noqa: S608
        except sqlite3.DatabaseError:  # "database disk image is malformed": that of the search.
            return False
    return True
