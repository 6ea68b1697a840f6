"""The data set in a database of its own: made once, kept, and copied for each run, because repayments change it."""

import hashlib
import shutil
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg

from bench.data.tables import TABLES
from bench.data.town import Town
from models.database import migrate
from models.database.connection import MIGRATIONS
from models.database.guards import GUARDS

Say = Callable[[str], None]
FOLDER = Path(__file__).parent.parent.parent / "var" / "bench"
PAGE_KIB = 65_536

_TOLD_AT_ONCE = {
    "postgres": """
        CREATE FUNCTION bench_tell() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN NEW.delivered_at := NEW.created_at; RETURN NEW; END $$;
        CREATE TRIGGER bench_tell BEFORE INSERT ON outbox_event FOR EACH ROW EXECUTE FUNCTION bench_tell();
    """,
    "sqlite": """
        CREATE TRIGGER bench_tell AFTER INSERT ON outbox_event
        BEGIN UPDATE outbox_event SET delivered_at = created_at WHERE id = NEW.id; END;
    """,
}
"""Only the booking is measured. Without this, one server's idle moments would go into telling what another has booked."""


def version_of(town: Town) -> str:
    """Name what the data set depends on: its own code, the migrations, its size and its month."""
    sources = [*sorted(Path(__file__).parent.glob("*.py")), *sorted(MIGRATIONS.glob("[0-9]*.py"))]
    digest = hashlib.sha256(repr(town).encode())
    for path in sources:
        digest.update(path.read_bytes())
    return digest.hexdigest()[:10]


@asynccontextmanager
async def postgres_copy(server: str, town: Town, today: date, say: Say) -> AsyncIterator[str]:
    """Give the URL of a copy of the data set beside the database of `server`; the copy is dropped afterwards."""
    parts = urlsplit(server)
    base = f"{parts.path[1:]}_bench"
    kept, copy = f"{base}_{version_of(town)}", f"{base}_run"
    connection = await asyncpg.connect(server)
    try:
        if not await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", kept):
            await _make(connection, parts._replace(path=f"/{base}_draft").geturl(), kept, town, say)
        await connection.execute(f'DROP DATABASE IF EXISTS "{copy}" WITH (FORCE)')
        await connection.execute(f'CREATE DATABASE "{copy}" TEMPLATE "{kept}" STRATEGY FILE_COPY')
        try:
            url = parts._replace(path=f"/{copy}").geturl()
            await _begin_run(url, town, today)
            yield url
        finally:
            await connection.execute(f'DROP DATABASE "{copy}" WITH (FORCE)')
    finally:
        await connection.close()


async def _make(server: asyncpg.Connection, url: str, kept: str, town: Town, say: Say) -> None:
    """Fill a draft and give it its name once it is whole; earlier versions of this size go."""
    draft = urlsplit(url).path[1:]
    await server.execute(f'DROP DATABASE IF EXISTS "{draft}" WITH (FORCE)')
    await server.execute(f'CREATE DATABASE "{draft}"')
    await migrate(url)
    await fill_postgres(url, town, say)
    for row in await server.fetch("SELECT datname FROM pg_database WHERE datname LIKE $1", f"{draft[:-5]}%"):
        if row["datname"] != draft and await _size_of(server, row["datname"]) == town.customers:
            await server.execute(f'DROP DATABASE "{row["datname"]}" WITH (FORCE)')
    await server.execute(f"COMMENT ON DATABASE \"{draft}\" IS '{town.customers}'")
    await server.execute(f'ALTER DATABASE "{draft}" RENAME TO "{kept}"')


async def _size_of(server: asyncpg.Connection, name: str) -> int | None:
    """Read how many customers an earlier version was made for."""
    comment = await server.fetchval(
        "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = $1", name
    )
    return int(comment) if comment and comment.isdecimal() else None


async def fill_postgres(url: str, town: Town, say: Say) -> None:
    """Fill a migrated, empty database."""
    connection = await asyncpg.connect(url)
    try:
        async with connection.transaction():
            if await connection.fetchval("SELECT current_setting('is_superuser') = 'on'"):
                # Keys are right by construction, and a test fills SQLite with all of them checked.
                await connection.execute("SET LOCAL session_replication_role = replica")
            for guard in GUARDS:  # What the data set tells is long over.
                for statement in guard.drop_statements("postgres"):
                    await connection.execute(statement)
            for table in TABLES:
                say(f"PostgreSQL: filling {table.name}")
                await connection.copy_records_to_table(table.name, columns=table.columns, records=table.rows(town))
                await connection.execute(
                    f"SELECT setval(pg_get_serial_sequence('{table.name}', 'id'), (SELECT MAX(id) FROM {table.name}))"  # noqa: S608
                )
            for guard in GUARDS:
                for statement in guard.statements("postgres"):
                    await connection.execute(statement)
        await connection.execute("VACUUM ANALYZE")
    finally:
        await connection.close()


_CLOSE = "UPDATE accounting_day SET is_open = (1 = 0), closed_at = created_at WHERE is_open"
_NEXT = 'INSERT INTO accounting_day (created_at, "on", is_open, closed_at) VALUES ({}, {}, {}, {})'


def _days_since(town: Town, today: date) -> list[tuple[datetime, date, bool, datetime | None]]:
    """Give the days from the one that is open in the data set until today: when each began, itself, and if it is open."""
    days = [town.month + timedelta(days=number) for number in range(1, (today - town.month).days + 1)]
    begun = [datetime(day.year, day.month, day.day, tzinfo=UTC) for day in days]
    return [(at, day, day == today, None if day == today else at) for at, day in zip(begun, days, strict=True)]


def _text(value: date | bool | None) -> str | bool | None:
    return value.isoformat(" ") if isinstance(value, datetime) else str(value) if isinstance(value, date) else value


async def _begin_run(url: str, town: Town, today: date) -> None:
    connection = await asyncpg.connect(url)
    try:
        if days := _days_since(town, today):
            await connection.execute(_CLOSE)
            await connection.executemany(_NEXT.format("$1", "$2", "$3", "$4"), days)
        await connection.execute(_TOLD_AT_ONCE["postgres"])
    finally:
        await connection.close()


@asynccontextmanager
async def sqlite_copy(town: Town, today: date, say: Say) -> AsyncIterator[str]:
    """Give the URL of a copy of the data set in SQLite; the copy is deleted afterwards."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    kept = FOLDER / f"{town.customers}-{version_of(town)}.sqlite3"
    if not kept.exists():
        draft = FOLDER / "draft.sqlite3"
        _delete(draft)
        await migrate(f"sqlite://{draft}")
        fill_sqlite(draft, town, say)
        for earlier in FOLDER.glob(f"{town.customers}-*.sqlite3"):
            earlier.unlink()
        draft.rename(kept)
    copy = FOLDER / "run.sqlite3"
    _delete(copy)
    shutil.copyfile(kept, copy)
    try:
        with sqlite3.connect(copy) as connection:
            if days := _days_since(town, today):
                connection.execute(_CLOSE)
                connection.executemany(_NEXT.format(*"????"), [[_text(each) for each in day] for day in days])
            connection.executescript(_TOLD_AT_ONCE["sqlite"])
        connection.close()
        yield f"sqlite://{copy}"
    finally:
        _delete(copy)


def fill_sqlite(path: Path, town: Town, say: Say) -> None:
    """Fill a migrated, empty file."""
    connection = sqlite3.connect(path)
    try:
        connection.executescript(f"PRAGMA synchronous = OFF; PRAGMA cache_size = -{PAGE_KIB}; PRAGMA foreign_keys = ON")
        for guard in GUARDS:
            connection.execute(guard.drop_statements("sqlite")[0])
        for table in TABLES:
            say(f"SQLite: filling {table.name}")
            columns = ", ".join(f'"{column}"' for column in table.columns)
            places = ", ".join("?" * len(table.columns))
            connection.executemany(
                f"INSERT INTO {table.name} ({columns}) VALUES ({places})",  # noqa: S608  Names of our own tables.
                _as_text(table.rows(town)),
            )
        for guard in GUARDS:
            connection.execute(guard.statements("sqlite")[0])
        connection.commit()
        connection.executescript("ANALYZE; PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        connection.close()


def _as_text(rows: Iterator[tuple[object, ...]]) -> Iterator[list[object]]:
    """Write days and times as the product's engine does."""
    for row in rows:
        yield [
            value.isoformat(" ")
            if isinstance(value, datetime)
            else value.isoformat()
            if isinstance(value, date)
            else value
            for value in row
        ]


def _delete(path: Path) -> None:
    for ending in ("", "-wal", "-shm"):
        path.with_name(path.name + ending).unlink(missing_ok=True)
