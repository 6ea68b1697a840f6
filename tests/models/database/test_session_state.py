"""Pooled connections go back as they are: nothing may leave a state behind in a session."""

import re
from pathlib import Path

import pytest
from tortoise.connection import get_connection
from tortoise.transactions import in_transaction

from models.database.asyncpg_engine import PooledConnection
from tests.databases import ON_POSTGRES

ROOT = Path(__file__).parent.parent.parent.parent
ROOMS = ("api", "jobs", "models", "notifications", "resolvers", "schema")
LEAVES_A_STATE = re.compile(
    r"""pg_(try_)?advisory_lock(_shared)?\(|set_config\(|CREATE\s+(GLOBAL\s+|LOCAL\s+)?TEMP|WITH\s+HOLD
    |["'](SET(?!\s+LOCAL|\s+TRANSACTION)|LISTEN|RESET|DISCARD|PREPARE|LOAD|DECLARE)\s|add_listener\(""",
    re.VERBOSE,
)
only_postgres = pytest.mark.skipif(not ON_POSTGRES, reason="SQLite has no pool")


def test_no_statement_of_ours_leaves_a_state_in_its_session():
    read = [path for room in ROOMS for path in (ROOT / room).rglob("*.py")]
    assert len(read) > 100
    assert [str(path) for path in read if LEAVES_A_STATE.search(path.read_text("utf-8"))] == []


@pytest.mark.parametrize(
    "statement",
    [
        '"SELECT pg_advisory_lock(7)"',
        '"SELECT pg_try_advisory_lock(7)"',
        "'SET search_path TO other'",
        '"SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY"',
        '"LISTEN payments"',
        '"CREATE TEMP TABLE found (id int)"',
        "connection.add_listener('payments', hear)",
    ],
)
def test_a_statement_that_would_is_found(statement):
    assert LEAVES_A_STATE.search(f"await connection.execute({statement})")


@pytest.mark.parametrize("statement", ['"SELECT pg_advisory_xact_lock($1)"', '"SET LOCAL lock_timeout = 1"'])
def test_what_ends_with_its_transaction_is_not_meant(statement):
    assert not LEAVES_A_STATE.search(f"await connection.execute({statement})")


@only_postgres
async def test_a_read_is_one_round_trip_and_the_way_back_to_the_pool_none(db):
    pool = get_connection("default")._pool
    sent = []
    async with pool.acquire() as connection:
        assert isinstance(connection._con, PooledConnection)
        connection.add_query_logger(lambda record: sent.append(record.query))
    await get_connection("default").execute_query_dict("SELECT 1")
    assert sent == ["SELECT 1"]


@only_postgres
async def test_a_transaction_that_was_left_open_does_not_come_back_from_the_pool(db):
    pool = get_connection("default")._pool
    async with pool.acquire() as connection:
        await connection.execute("BEGIN")
        await connection.execute("SELECT pg_advisory_xact_lock(7)")
    async with pool.acquire() as connection:
        assert not connection.is_in_transaction()
        mine = "SELECT COUNT(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()"
        assert await connection.fetchval(mine) == 0
    async with in_transaction("default") as inside:
        await inside.execute_query("SELECT 1")
