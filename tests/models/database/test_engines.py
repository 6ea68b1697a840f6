"""Each defect of the stock engines that loses or doubles rows, shown on them, and not on ours."""

import asyncio
import sqlite3

import asyncpg
import pytest
from tortoise.connection import get_connection
from tortoise.exceptions import IntegrityError, OperationalError, TransactionManagementError
from tortoise.transactions import in_transaction

from models import Tier
from models.database.shielded import to_the_end
from tests.databases import ON_POSTGRES
from tests.make import NOON
from tests.models.database.engines import (
    ENGINES,
    OURS,
    PATIENCE,
    STOCK,
    add_tier,
    cancelled_after,
    codes,
    connected,
)

engines = pytest.mark.parametrize("engine", ENGINES)
only_sqlite = pytest.mark.skipif(ON_POSTGRES, reason="a way of SQLite's")
only_postgres = pytest.mark.skipif(not ON_POSTGRES, reason="a way of PostgreSQL's")


async def write_in_transaction(code: str) -> None:
    async with in_transaction("default"):
        await add_tier(code)
        await asyncio.sleep(30)


@engines
async def test_tasks_cancelled_while_they_begin_leave_the_database_usable(copied_database, engine):
    async with connected(copied_database, engine):
        for steps in range(1, 12):
            await cancelled_after(steps, write_in_transaction(f"T{steps}"))
        if engine == STOCK:
            with pytest.raises(TimeoutError):
                await codes()
            return
        async with in_transaction("default"):
            await add_tier("AFTER")
        assert await codes() == ["BASIC", "AFTER"]


async def test_a_body_cancelled_midway_is_rolled_back(copied_database):
    async with connected(copied_database, OURS):
        for steps in range(12, 60, 4):
            await cancelled_after(steps, write_in_transaction(f"T{steps}"))
            assert await codes() == ["BASIC"]


async def test_cancelled_while_it_commits_it_is_committed_and_the_cancellation_goes_on(copied_database):
    async def write() -> None:
        async with in_transaction("default"):
            await add_tier("KEPT")
            asyncio.get_running_loop().call_soon(task.cancel)

    async with connected(copied_database, OURS):
        task = asyncio.create_task(write())
        with pytest.raises(asyncio.CancelledError):
            await task
        assert await codes() == ["BASIC", "KEPT"]


async def test_a_timeout_around_a_commit_is_a_timeout(copied_database):
    async with connected(copied_database, OURS):
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05), in_transaction("default"):
                await add_tier("LOST")
                await asyncio.sleep(5)
        assert await codes() == ["BASIC"]


@engines
async def test_a_commit_that_fails_is_rolled_back_and_leaves_nothing_to_the_next(copied_database, engine):
    async with connected(copied_database, engine) as connection:
        if ON_POSTGRES:
            await connection.execute_script(
                "ALTER TABLE fee ALTER CONSTRAINT fee_product_version_id_fkey DEFERRABLE INITIALLY DEFERRED"
            )
        with pytest.raises(
            (sqlite3.IntegrityError, asyncpg.IntegrityConstraintViolationError, IntegrityError)
        ) as failed:
            async with in_transaction("default") as transaction:
                if not ON_POSTGRES:
                    await transaction.execute_query("PRAGMA defer_foreign_keys=ON")
                await add_tier("FAILED")
                await transaction.execute_query(
                    "INSERT INTO fee (product_version_id, kind, name_zh, name_en, rate, currency, created_at)"
                    " VALUES (999, 'UPFRONT', '', '', 0, 'CNY', '2026-03-16')"
                )
        assert (failed.type is IntegrityError) == (engine == OURS)
        if engine == STOCK and not ON_POSTGRES:
            assert connection._connection.in_transaction
            await connection._connection.rollback()
        async with in_transaction("default"):
            await add_tier("NEXT")
        assert await codes() == ["BASIC", "NEXT"]


@only_postgres
@engines
async def test_a_transaction_whose_statement_failed_does_not_pass_for_committed(copied_database, engine):
    async def swallow() -> None:
        async with in_transaction("default"):
            await add_tier("LOST")
            with pytest.raises(IntegrityError):
                await add_tier("LOST")

    async with connected(copied_database, engine):
        if engine == STOCK:
            await swallow()
        else:
            with pytest.raises(TransactionManagementError):
                await swallow()
        assert await codes() == ["BASIC"]


@engines
async def test_a_task_that_outlives_its_transaction_cannot_write_into_the_next(copied_database, engine):
    go = asyncio.Event()

    async def late() -> None:
        await go.wait()
        await add_tier("LATE")

    async with connected(copied_database, engine):
        async with in_transaction("default"):
            task = asyncio.create_task(late())
        with pytest.raises(ZeroDivisionError):
            async with in_transaction("default"):
                go.set()
                (outcome,) = await asyncio.gather(task, return_exceptions=True)
                raise ZeroDivisionError
        if engine == STOCK and not ON_POSTGRES:
            assert outcome is None  # It was told that its row was written.
        elif engine == OURS:
            assert isinstance(outcome, TransactionManagementError)
        assert await codes() == ["BASIC"]


async def test_a_task_that_outlives_its_transaction_cannot_begin_inside_it(copied_database):
    async def late() -> None:
        await asyncio.sleep(0.02)
        async with in_transaction("default"):
            await add_tier("LATE")

    async with connected(copied_database, OURS):
        async with in_transaction("default"):
            task = asyncio.create_task(late())
        with pytest.raises(TransactionManagementError):
            await task
        assert await codes() == ["BASIC"]


async def test_many_rows_are_written_whole_or_not_at_all_when_cancelled(copied_database):
    rows = [[f"M{number}", 100 + number] for number in range(3_000)]
    marks = ("$1", "$2") if ON_POSTGRES else ("?", "?")
    insert = "INSERT INTO tier (code, rank, name_zh, name_en, created_at) VALUES ({}, {}, '', '', '2026-03-16')"
    async with connected(copied_database, OURS) as connection:
        for steps in range(1, 12):
            await cancelled_after(steps, connection.execute_many(insert.format(*marks), rows))
            assert await codes() == ["BASIC"]
        async with in_transaction("default"):
            await add_tier("AFTER")
        assert await codes() == ["BASIC", "AFTER"]


@only_sqlite
async def test_the_stock_engine_leaves_many_rows_half_written_when_cancelled(copied_database):
    rows = [[f"M{number}", 100 + number] for number in range(3_000)]
    insert = "INSERT INTO tier (code, rank, name_zh, name_en, created_at) VALUES (?, ?, '', '', '2026-03-16')"
    async with connected(copied_database, STOCK) as connection:
        await cancelled_after(4, connection.execute_many(insert, rows))
        await asyncio.sleep(0.1)
        assert connection._connection.in_transaction
        await connection._connection.rollback()


@only_sqlite
@engines
async def test_two_who_write_to_one_file_take_turns(copied_database, engine):
    async def write(name: str) -> int:
        locked = 0
        async with connected(copied_database, engine, busy_timeout=5_000) as connection:
            for number in range(40):
                try:
                    async with in_transaction("default"):
                        ((seen,),) = (await connection_now().execute_query("SELECT count(*) FROM tier"))[1]
                        await asyncio.sleep(0)
                        await add_tier(f"{name}{number}", 100 + 2 * number + len(name) % 2)
                        assert seen > 0
                except (OperationalError, sqlite3.OperationalError):
                    locked += 1
                    await connection._connection.rollback()
        return locked

    locked = sum(await asyncio.gather(write("A"), write("BB")))
    assert locked > 0 if engine == STOCK else locked == 0
    if engine == OURS:
        async with connected(copied_database, OURS):
            assert len(await codes()) == 81


def connection_now():
    """The connection of the open transaction."""
    return get_connection("default")


async def test_a_query_bound_before_its_transaction_is_refused_and_does_not_wait_for_ever(copied_database):
    async with connected(copied_database, OURS):
        bound = Tier.all()  # This, unlike `filter`, chooses the connection here.
        async with in_transaction("default"):
            with pytest.raises(TransactionManagementError, match="before the transaction began"):
                await asyncio.wait_for(bound, PATIENCE)
        assert [tier.code for tier in await bound] == ["BASIC"]


async def test_a_nested_block_that_fails_is_undone_alone(copied_database):
    async with connected(copied_database, OURS):
        async with in_transaction("default"):
            await add_tier("OUTER")
            with pytest.raises(IntegrityError):
                async with in_transaction("default"):
                    await add_tier("INNER")
                    await add_tier("OUTER")
            await Tier.get_or_create(
                code="ALSO", defaults={"rank": 7, "name_zh": "", "name_en": "", "created_at": NOON}
            )
        assert await codes() == ["BASIC", "OUTER", "ALSO"]


@only_sqlite
async def test_a_transaction_that_sqlite_rolled_back_by_itself_does_not_pass_for_committed(copied_database):
    async with connected(copied_database, OURS):
        with pytest.raises(TransactionManagementError):
            async with in_transaction("default") as transaction:
                await add_tier("LOST")
                await transaction._connection.execute("ROLLBACK")
        assert await codes() == ["BASIC"]


async def test_an_operation_is_awaited_to_its_end_before_the_cancellation_goes_on():
    done = []

    async def operation() -> None:
        await asyncio.sleep(0.05)
        done.append("done")

    async def impatient() -> None:
        await to_the_end(operation())

    task = asyncio.create_task(impatient())
    for _ in range(3):
        await asyncio.sleep(0.01)
        task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert done == ["done"]
