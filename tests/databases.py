"""A database for each test, as it was after the migrations: SQLite, or PostgreSQL where TEST_DATABASE_URL says so."""

import asyncio
import os
import secrets
import shutil
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

import asyncpg
from tortoise import connections
from tortoise.context import TortoiseContext, get_current_context, set_global_context

import models
from models import AccountingDay, EarningRule, LedgerAccount, Row, Tier
from models.database import connect, disconnect, migrate, tortoise_config
from rules.books.accounts import CHART
from rules.loyalty.kinds import Act
from rules.products.states import ProposalStatus
from tests import make

T = TypeVar("T")
SERVER = os.environ.get("TEST_DATABASE_URL", "")
ON_POSTGRES = bool(SERVER)


@dataclass(frozen=True)
class Template:
    """A migrated database in which only the first day and the first tier are."""

    url: str
    """Not to be touched, but to be copied."""
    working_url: str = ""
    """On PostgreSQL, where a copy takes long, one copy that is emptied before each test."""


@contextmanager
def migrated_template(folder: Path) -> Iterator[Template]:
    """Migrate an empty database, once for all tests of this process."""
    if ON_POSTGRES:
        with postgres_database() as url:
            asyncio.run(_migrate_and_seed(url))
            with postgres_database(url) as working_url:
                yield Template(url, working_url)
    else:
        url = f"sqlite://{folder / 'template.sqlite3'}"
        asyncio.run(_migrate_and_seed(url))
        yield Template(url)


async def _migrate_and_seed(url: str) -> None:
    await migrate(url)
    await connect(url)
    try:
        await _seed()
    finally:
        await disconnect()


@asynccontextmanager
async def connected(template: Template) -> AsyncIterator[str]:
    """Connect to a database as the template is; gives its URL."""
    if ON_POSTGRES:
        async with _connected_again(template.working_url):
            await connections.get("default").execute_script(_EMPTY)
            await _seed()
            yield template.working_url
        return
    with copied(template) as url:
        async with _connected_again(url):
            yield url


_context: TortoiseContext | None = None
"""What Tortoise knows of the models."""


@asynccontextmanager
async def _connected_again(url: str) -> AsyncIterator[None]:
    """Connect as `connect` does, but let Tortoise read the models once for all tests: it takes longer than many a test."""
    global _context
    if _context is None:
        await connect(url)
        _context = get_current_context()
    else:
        set_global_context(_context)
        _context.connections._init_config(tortoise_config(url)["connections"])
        await connections.get("default").create_connection(with_db=True)
    try:
        yield
    finally:
        await disconnect()


@dataclass(frozen=True)
class _Filled:
    """A database as something filled it, and what that gave."""

    file: Path
    given: Any
    moment: datetime
    business_date: date


_filled: dict[str, _Filled] = {}


async def filled(url: str, fill: Callable[[], Awaitable[T]]) -> T:
    """Fill the connected database, or, on SQLite, write over it what the first one was filled with: seconds each time."""
    if ON_POSTGRES:
        return await fill()
    file = Path(urlsplit(url).path)
    known = _filled.get(fill.__name__)
    if known is None:
        given = await fill()
        kept = file.parent.parent / f"{fill.__name__}.sqlite3"
        _copy_rows(file, kept)
        known = _Filled(kept, given, make.clock.moment, make.clock.business_date)
        _filled[fill.__name__] = known
    else:
        _copy_rows(known.file, file)
        make.clock.moment, make.clock.business_date = known.moment, known.business_date
    return known.given


def _copy_rows(source: Path, target: Path) -> None:
    with closing(sqlite3.connect(source)) as opened, closing(sqlite3.connect(target)) as written:
        opened.backup(written)


@contextmanager
def copied(template: Template) -> Iterator[str]:
    """Copy a database for a test that breaks it, or that connects by itself; gives the copy's URL."""
    if ON_POSTGRES:
        with postgres_database(template.url) as url:
            yield url
        return
    original = Path(template.url.removeprefix("sqlite://"))
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
    await LedgerAccount.bulk_create(
        [LedgerAccount(code=code, created_at=make.NOON, **line._asdict()) for code, line in CHART.items()],
        ignore_conflicts=True,  # The migrations write them; whoever empties a database takes them away.
    )
    await Tier.create(code="BASIC", rank=1, name_zh="普通会员", name_en="Basic", created_at=make.NOON)
    if not await EarningRule.exists():  # As with the chart.
        first = {"act": Act.ON_TIME, "points": 10, "valid_from": date(2000, 1, 1), "status": ProposalStatus.APPROVED}
        await EarningRule.create(created_at=make.NOON, **first)


def _tables() -> list[str]:
    """Every table, after the others that point at it."""
    waiting = [model for model in vars(models).values() if isinstance(model, type) and issubclass(model, Row)]
    waiting = [model for model in waiting if not model._meta.abstract]
    ordered: list[str] = []
    while waiting:
        pointed_at = {
            target
            for model in waiting
            for name in model._meta.fk_fields | model._meta.o2o_fields
            if (target := _target(model, name)) != f"models.{model.__name__}"
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
