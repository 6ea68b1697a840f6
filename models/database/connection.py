"""Connecting to the database, and bringing it up to date."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from tortoise import Tortoise, connections
from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.context import TortoiseContext
from tortoise.transactions import in_transaction

from models.database.executor import Executor

MIGRATIONS = Path(__file__).parent.parent.parent / "migrations"
MIGRATION_LOCK = 7_318_306_226
"""The key of PostgreSQL's advisory lock that one migrating process holds."""


def tortoise_config(url: str, *, pool_size: int = 10) -> dict[str, Any]:
    """Configure Tortoise for `sqlite://PATH` or `postgres://USER:PASSWORD@HOST:PORT/DATABASE`.

    What stands behind a `?` in a SQLite URL are pragmas, in a PostgreSQL one settings of the session.
    """
    models: dict[str, Any] = {"models": ["models"], "default_connection": "default", "migrations": "migrations"}
    connection = _sqlite(url) if url.startswith("sqlite://") else _postgres(url, pool_size)
    return {"connections": {"default": connection}, "apps": {"models": models}, "use_tz": True, "timezone": "UTC"}


def _sqlite(url: str) -> dict[str, Any]:
    path, _, query = url.removeprefix("sqlite://").partition("?")
    assert path, "sqlite:// needs the path of a file"
    credentials = {
        "file_path": unquote(path),
        "busy_timeout": 30_000,  # Milliseconds: first, because the pragmas after it may find the file locked.
        "journal_mode": "WAL",
        "synchronous": "FULL",  # What was committed survives a power cut.
        "foreign_keys": "ON",
        "recursive_triggers": "ON",  # INSERT OR REPLACE would pass by the triggers of journals.
        **dict(parse_qsl(query)),
    }
    return {"engine": "models.database.sqlite_engine", "credentials": credentials}


def _postgres(url: str, pool_size: int) -> dict[str, Any]:
    parts = urlsplit(url)
    assert parts.scheme in {"postgres", "postgresql"}, "a database URL starts with sqlite:// or postgres://"
    settings = {
        "lock_timeout": "30s",
        "idle_in_transaction_session_timeout": "60s",
        # Statements are prepared and each is served by an index, whatever its values: planning them anew at each
        # execution would take longer than executing them.
        "plan_cache_mode": "force_generic_plan",
        **dict(parse_qsl(parts.query)),
    }
    credentials = {
        "host": parts.hostname,
        "port": parts.port or 5432,
        "user": unquote(parts.username) if parts.username else None,
        "password": unquote(parts.password) if parts.password else None,
        "database": unquote(parts.path.removeprefix("/")),
        "minsize": 1,
        "maxsize": pool_size,
        "application_name": "goodterms",
        "server_settings": settings,
    }
    return {"engine": "models.database.asyncpg_engine", "credentials": credentials}


async def connect(url: str, *, pool_size: int = 10) -> None:
    """Open the database for the whole process. `disconnect()` before the process ends, or it hangs."""
    config = tortoise_config(url, pool_size=pool_size)
    _make_folder(config)
    await Tortoise.init(config=config, _enable_global_fallback=True)
    try:
        await connections.get("default").create_connection(with_db=True)
    except BaseException:
        await disconnect()
        raise


async def disconnect() -> None:
    """Close all connections."""
    await Tortoise.close_connections()


MIGRATION_WAIT_MILLISECONDS = 3_600_000
"""How long a process waits on SQLite for another that migrates: on PostgreSQL without end."""


async def migrate(url: str) -> None:
    """Apply the migrations that are missing: all of them, or none if one fails. Others that start meanwhile wait."""
    config = tortoise_config(url)
    credentials = config["connections"]["default"]["credentials"]
    if url.startswith("sqlite://"):
        # Tables are remade by dropping the old one: SQLite would delete or refuse what points at them.
        credentials["foreign_keys"] = "OFF"
        credentials["busy_timeout"] = MIGRATION_WAIT_MILLISECONDS
    else:
        credentials["server_settings"]["lock_timeout"] = "0"
    _make_folder(config)
    async with _connected(config), in_transaction("default") as connection:
        if connection.capabilities.dialect == "postgres":
            await connection.execute_query("SELECT pg_advisory_xact_lock($1)", [MIGRATION_LOCK])
        executor = Executor(connection, config["apps"])
        await executor.recorder.ensure_schema(executor._schema_editor(atomic=False))
        await executor.migrate(direction="forward")
        await _check_foreign_keys(connection)


async def missing_migrations() -> list[str]:
    """Name the migrations of this version that the connected database has not had. Raises where it does not answer."""
    applied = await connections.get("default").execute_query_dict(
        "SELECT name FROM tortoise_migrations WHERE app = 'models'"
    )
    names = {path.stem for path in MIGRATIONS.glob("[0-9]*.py")}
    return sorted(names - {row["name"] for row in applied})


@asynccontextmanager
async def _connected(config: dict[str, Any]) -> AsyncIterator[None]:
    """Connect for the block alone, whatever else this process is connected to."""
    async with TortoiseContext() as context:
        await context.init(config=config)
        yield


def _make_folder(config: dict[str, Any]) -> None:
    file_path = config["connections"]["default"]["credentials"].get("file_path")
    if file_path:
        Path(file_path).parent.mkdir(parents=True, exist_ok=True)


async def _check_foreign_keys(connection: BaseDBAsyncClient) -> None:
    if connection.capabilities.dialect == "sqlite":
        broken = await connection.execute_query_dict("PRAGMA foreign_key_check")
        assert not broken, f"the migration left rows that point at nothing: {broken[:5]}"
