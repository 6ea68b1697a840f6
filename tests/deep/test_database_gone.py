import asyncio
import sqlite3
import time
from contextlib import asynccontextmanager

import asyncpg
import pytest

from tests import databases
from tests.deep.books import check_books
from tests.deep.houses import DICE, House, Process, Unanswered, client
from tests.deep.lines import Line
from tests.programs import PATIENCE_SECONDS

GONE_SECONDS = 10
TELLERS = 6
TERMINATIONS = 20
TOLD = 5
"""So often at least each teller is told, while the database is gone, that he cannot be served."""

on_postgres = pytest.mark.skipif(not databases.ON_POSTGRES, reason="SQLite is a file: no line leads to it")
on_sqlite = pytest.mark.skipif(databases.ON_POSTGRES, reason="on PostgreSQL a transaction locks its own rows only")


class Load:
    """Customers who pay all the time, and what they hear."""

    def __init__(self, house: House, process: Process) -> None:
        self.house, self.process = house, process
        self.failures: list[list[Unanswered]] = [[] for _ in range(TELLERS)]
        """By teller."""

    @asynccontextmanager
    async def running(self):
        tellers = [asyncio.create_task(self._teller(heard)) for heard in self.failures]
        try:
            yield
        finally:
            for each in tellers:
                each.cancel()
            outcomes = await asyncio.gather(*tellers, return_exceptions=True)
        for outcome in outcomes:
            assert isinstance(outcome, asyncio.CancelledError), outcome

    async def _teller(self, heard: list[Unanswered]) -> None:
        async with client(self.process) as http:
            while True:
                try:
                    await self.house.pay(http, self.house.next_payment())
                except Unanswered as failure:
                    heard.append(failure)
                    await asyncio.sleep(0.2)

    async def until_paid(self) -> float:
        """Wait until somebody has paid from now on; gives how long it took."""
        began, before = time.monotonic(), len(self.house.acknowledged)
        async with asyncio.timeout(PATIENCE_SECONDS):
            while len(self.house.acknowledged) < before + TELLERS:
                await asyncio.sleep(0.02)
        return time.monotonic() - began

    async def until_all_failed(self, times: int) -> None:
        """Wait until everybody has heard so many failures from now on."""
        before = [len(heard) for heard in self.failures]
        async with asyncio.timeout(PATIENCE_SECONDS):
            while any(len(heard) < known + times for heard, known in zip(self.failures, before, strict=True)):
                await asyncio.sleep(0.02)

    def count_failures(self) -> int:
        return sum(len(heard) for heard in self.failures)

    async def check(self) -> str:
        """Everything is asked again and booked once, at a process that never was started anew."""
        assert self.process.is_alive, self.house.log.read_text()
        async with asyncio.timeout(PATIENCE_SECONDS):
            again = await self.house.pay_again(self.process)
        return f"{self.count_failures()} failures, {again} asked again; " + await check_books(self.house)


@on_postgres
async def test_the_database_gone_for_ten_seconds_is_said_meanwhile_and_nothing_is_lost(house, own_url, counted):
    line = Line(own_url)
    await line.connect()
    load = Load(house, await house.start(line.url))
    async with load.running():
        await load.until_paid()
        began = time.monotonic()
        await line.cut()
        await load.until_all_failed(TOLD)  # Nobody waits for the database to come back.
        await asyncio.sleep(max(0, GONE_SECONDS - (time.monotonic() - began)))
        await line.connect()
        back = await load.until_paid()
    counted(f"cut for {GONE_SECONDS} s, served again {back:.2f} s after; " + await load.check())
    await line.cut()


@on_postgres
async def test_a_line_that_is_silent_for_ten_seconds_delays_and_loses_nothing(house, own_url, counted):
    line = Line(own_url)
    await line.connect()
    load = Load(house, await house.start(line.url))
    async with load.running():
        await load.until_paid()
        line.hold()
        await asyncio.sleep(GONE_SECONDS)
        line.release()
        back = await load.until_paid()
    counted(f"silent for {GONE_SECONDS} s, served again {back:.2f} s after; " + await load.check())
    await line.cut()


@on_postgres
async def test_backends_terminated_at_random_moments_lose_nothing(house, own_url, counted):
    load = Load(house, await house.start())
    admin = await asyncpg.connect(own_url)
    ended = 0
    try:
        async with load.running():
            await load.until_paid()
            for _ in range(TERMINATIONS):
                await asyncio.sleep(DICE.uniform(0, 0.3))
                ended += await admin.fetchval(
                    "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND application_name = 'goodterms'"
                )
            await load.until_paid()
    finally:
        await admin.close()
    assert load.count_failures()
    counted(f"{ended} backends terminated at {TERMINATIONS} moments; " + await load.check())


@on_sqlite
async def test_a_file_that_is_locked_for_ten_seconds_delays_and_loses_nothing(house, own_url, counted):
    load = Load(house, await house.start())
    async with load.running():
        await load.until_paid()
        other = sqlite3.connect(own_url.removeprefix("sqlite://"), isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        await asyncio.sleep(GONE_SECONDS)
        other.close()
        back = await load.until_paid()
    assert not load.count_failures()
    counted(f"locked for {GONE_SECONDS} s, served again {back:.2f} s after; " + await load.check())
