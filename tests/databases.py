"""A database for each test, as it was after the migrations: SQLite, or PostgreSQL where TEST_DATABASE_URL says so."""

import asyncio
import os
import secrets
import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
from tortoise import connections

import models
from models import AccountingDay, Row, Tier
from models.database import connect, disconnect, migrate
from tests import make

SERVER = os.environ.get("TEST_DATABASE_URL", "")
ON_POSTGRES = bool(SERVER)


@contextmanager
def migrated_template(folder: Path) -> Iterator[str]:
    """Migrate an empty database once; the tests of this process work on copies, or on it where copies are slow."""
    if ON_POSTGRES:
        with postgres_database() as url:
            asyncio.run(migrate(url))
            yield url
        return
    url = f"sqlite://{folder / 'template.sqlite3'}"
    asyncio.run(_migrate_and_seed(url))
    yield url


async def _migrate_and_seed(url: str) -> None:
    await migrate(url)
    await connect(url)
    try:
        await _seed()
    finally:
        await disconnect()


@asynccontextmanager
async def connected(template: str) -> AsyncIterator[str]:
    """Connect to a database in which only the first day and the first tier are; gives its URL."""
    if ON_POSTGRES:
        await connect(template)
        try:
            await connections.get("default").execute_script(_EMPTY)
            await _seed()
            yield template
        finally:
            await disconnect()
        return
    with copied(template) as url:
        await connect(url)
        try:
            yield url
        finally:
            await disconnect()


@contextmanager
def copied(template: str) -> Iterator[str]:
    """Copy a database for a test that breaks it, or that connects by itself; gives the copy's URL."""
    if ON_POSTGRES:
        with postgres_database(template) as url:
            yield url
        return
    original = Path(template.removeprefix("sqlite://"))
    folder = original.parent / secrets.token_hex(8)
    folder.mkdir()
    try:
        yield f"sqlite://{shutil.copy(original, folder / 'goodterms.sqlite3')}?synchronous=OFF"
    finally:
        shutil.rmtree(folder)


@contextmanager
def postgres_database(template: str = "") -> Iterator[str]:
    """Create a database beside the one of TEST_DATABASE_URL, and drop it afterwards."""
    parts = urlsplit(SERVER)
    name = f"{parts.path[1:]}_{secrets.token_hex(6)}"
    copying = f' TEMPLATE "{urlsplit(template).path[1:]}"' if template else ""
    asyncio.run(_on_server(f'CREATE DATABASE "{name}"{copying}'))
    try:
        yield parts._replace(path=f"/{name}").geturl()
    finally:
        asyncio.run(_on_server(f'DROP DATABASE "{name}" WITH (FORCE)'))


async def _on_server(statement: str) -> None:
    connection = await asyncpg.connect(SERVER)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


async def _seed() -> None:
    await AccountingDay.create(on=make.TODAY, created_at=make.NOON)
    await Tier.create(code="BASIC", rank=1, name_zh="普通会员", name_en="Basic", created_at=make.NOON)


def _tables() -> list[str]:
    """Every table, after those that point at it."""
    waiting = [model for model in vars(models).values() if isinstance(model, type) and issubclass(model, Row)]
    waiting = [model for model in waiting if not model._meta.abstract]
    ordered: list[str] = []
    while waiting:
        pointed_at = {
            _target(model, name) for model in waiting for name in model._meta.fk_fields | model._meta.o2o_fields
        }
        free = [model for model in waiting if f"models.{model.__name__}" not in pointed_at]
        assert free, "tables point at each other in a circle"
        ordered += [model._meta.db_table for model in free]
        waiting = [model for model in waiting if model not in free]
    return ordered


def _target(model: type[Row], name: str) -> str:
    field = model._meta.fields_map[name]
    return str(getattr(field, "model_name", ""))


_EMPTY = f"""
DO $$
DECLARE
    name text;
    has_rows boolean;
BEGIN
    FOREACH name IN ARRAY ARRAY[{", ".join(f"'{table}'" for table in _tables())}] LOOP
        EXECUTE format('SELECT EXISTS (SELECT FROM %I)', name) INTO has_rows;
        IF has_rows THEN
            EXECUTE format('ALTER TABLE %I DISABLE TRIGGER USER', name);
            EXECUTE format('DELETE FROM %I', name);
            EXECUTE format('ALTER TABLE %I ENABLE TRIGGER USER', name);
        END IF;
        PERFORM setval(pg_get_serial_sequence(name, 'id'), 1, false);
    END LOOP;
END $$
"""
"""Empties every table without asking its triggers; far faster than a new database."""
