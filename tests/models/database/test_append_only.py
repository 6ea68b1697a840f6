"""The database itself refuses to change or delete what was written in a journal."""

from datetime import date

import pytest
from tortoise.connection import get_connection
from tortoise.exceptions import IntegrityError
from tortoise.transactions import in_transaction

import models
from models import AuditEntry, Entry, Row
from models.database import transaction
from tests import make
from tests.databases import ON_POSTGRES

JOURNALS = [
    model
    for model in vars(models).values()
    if isinstance(model, type) and issubclass(model, Row) and not model._meta.abstract and model.is_append_only
]


@pytest.fixture
async def entry(db):
    async with transaction(make.system(), "book"):
        return await Entry.create(booked_on=make.TODAY, source="Test:1")


async def test_an_entry_is_neither_changed_nor_deleted(entry):
    with pytest.raises(IntegrityError, match="append-only"):
        await Entry.filter(id=entry.id).update(booked_on=date(2026, 1, 1))
    entry.source = "Test:2"
    with pytest.raises(IntegrityError, match="append-only"):
        await entry.save()
    with pytest.raises(IntegrityError, match="append-only"):
        await entry.delete()
    with pytest.raises(IntegrityError, match="append-only"):
        await AuditEntry.all().delete()
    assert (await Entry.get()).source == "Test:1"
    assert await AuditEntry.all().count() == 1


async def test_nor_replaced_or_truncated(entry):
    if ON_POSTGRES:
        statement = "TRUNCATE entry CASCADE"
    else:
        statement = (
            "INSERT OR REPLACE INTO entry (id, created_at, booked_on, source)"
            f" VALUES ({entry.id}, 0, '{make.TODAY}', 'Test:2')"
        )
    with pytest.raises(IntegrityError, match="append-only"):
        await get_connection("default").execute_query(statement)
    assert (await Entry.get()).source == "Test:1"


@pytest.mark.parametrize("model", JOURNALS, ids=lambda model: model.__name__)
async def test_every_journal_has_its_triggers(db, model):
    table = model._meta.db_table
    connection = get_connection("default")
    # The rows need not make sense: what is asked is whether a trigger stands before them.
    blank = await blank_row(connection, table)
    for statement in (f'UPDATE "{table}" SET id = id + 1', f'DELETE FROM "{table}"'):
        with pytest.raises(IntegrityError, match="append-only"):
            async with in_transaction("default") as inside:
                await without_checks(inside, table)
                await inside.execute_query(blank)
                await inside.execute_query(statement)


async def blank_row(connection, table: str) -> str:
    columns = await connection.execute_query_dict(
        "SELECT column_name AS name, data_type AS type FROM information_schema.columns"
        f" WHERE table_name = '{table}' AND table_schema = current_schema()"
        if ON_POSTGRES
        else f"SELECT name, type FROM pragma_table_info('{table}')"
    )
    names = ", ".join(f'"{column["name"]}"' for column in columns)
    return f'INSERT INTO "{table}" ({names}) VALUES ({", ".join(blank_value(column["type"]) for column in columns)})'


def blank_value(kind: str) -> str:
    kind = kind.upper()
    if "INT" in kind:
        return "1"
    if ON_POSTGRES and kind == "BOOLEAN":
        return "true"
    return "'2026-03-16'" if "DATE" in kind or "TIME" in kind else "'x'"


async def without_checks(inside, table: str) -> None:
    if not ON_POSTGRES:
        await inside.execute_query("PRAGMA defer_foreign_keys=ON")
        await inside.execute_query("PRAGMA ignore_check_constraints=ON")
        return
    for constraint in await inside.execute_query_dict(
        f"SELECT conname FROM pg_constraint WHERE contype IN ('c', 'f') AND conrelid = '{table}'::regclass"
    ):
        await inside.execute_query(f'ALTER TABLE "{table}" DROP CONSTRAINT "{constraint["conname"]}"')


async def test_there_are_journals():
    assert len(JOURNALS) >= 16
