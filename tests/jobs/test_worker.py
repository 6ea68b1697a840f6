"""The worker as a process: it starts, does what there is to do, and stops when told to."""

import asyncio
import contextlib
import json
import shutil
import signal
import sqlite3

import pytest

from jobs.tasks import TASKS
from tests.jobs.houses import House
from tests.programs import Program

MANY_DAYS = 400


@pytest.fixture
async def house(launcher, migrated_file, tmp_path) -> House:
    """A migrated house with an open day, in the past of the calendar: there is something to do."""
    made = House(launcher, tmp_path)
    shutil.copy(migrated_file, made.file)
    code, _, err = await made.jobs("create-admin", "--login", "a", "--name", "A", typed="a long password\n")
    assert code == 0, err
    with rows(made) as connection:
        connection.execute('UPDATE accounting_day SET "on" = date("on", \'-3 days\')')
    return made


@contextlib.contextmanager
def rows(house: House):
    connection = sqlite3.connect(house.file, isolation_level=None)
    try:
        yield connection
    finally:
        connection.close()


@contextlib.contextmanager
def worker(house: House, redis_url: str, **environment: str):
    process = house.worker(redis_url, **environment)
    try:
        yield process
    finally:
        if process.is_alive:
            process.kill()


async def ended(house: House, process: Program) -> tuple[int, list[str]]:
    """Wait for its end; gives its exit code and the lines it said."""
    return await process.ended(), (house.folder / "worker").read_text("utf-8").splitlines()


async def until(true) -> None:
    async with asyncio.timeout(60):
        while not true():
            await asyncio.sleep(0.02)


def beats(house: House) -> int:
    with rows(house) as connection:
        (count,) = connection.execute("SELECT count(*) FROM heartbeat").fetchone()
        return count


def days(house: House) -> int:
    with rows(house) as connection:
        (count,) = connection.execute("SELECT count(*) FROM accounting_day").fetchone()
        return count


def days_to_end(house: House) -> int:
    with rows(house) as connection:
        (count,) = connection.execute(
            "SELECT count(*) FROM accounting_day WHERE is_open AND \"on\" < date('now', '-1 day')"
        ).fetchone()
        return count


async def test_it_works_until_it_is_told_to_stop_also_while_redis_is_away_and_lets_another_lead(house, redis_server):
    with worker(house, redis_server.url, JSON_LOGS="true") as process:
        await until(lambda: beats(house) == len(TASKS) and not days_to_end(house))
        redis_server.kill()
        await asyncio.sleep(2)
        assert process.is_alive, (house.folder / "worker").read_text("utf-8")
        process.signal(signal.SIGTERM)
        code, said = await ended(house, process)
    assert code == 0
    lines = [json.loads(line) for line in said]
    assert sorted((line["logger"], line["level"]) for line in lines) == [
        ("goodterms.scheduler", "ERROR"),
        ("goodterms.streams", "ERROR"),
    ], "each that meets it says it once"
    with rows(house) as connection:
        held = connection.execute("SELECT name FROM lease WHERE until > strftime('%Y-%m-%d %H:%M:%f', 'now')")
        assert held.fetchall() == []


async def test_what_it_began_is_finished_when_it_is_told_to_stop(house, redis_server):
    with rows(house) as connection:
        connection.execute(f'UPDATE accounting_day SET "on" = date("on", \'-{MANY_DAYS} days\')')
    with worker(house, redis_server.url, SHUTDOWN_SECONDS="300") as process:
        await until(lambda: days(house) > 1)
        process.signal(signal.SIGTERM)
        assert days(house) < MANY_DAYS, "it was too fast to be stopped in the middle"
        assert await ended(house, process) == (0, [])
    assert not days_to_end(house)
    assert days(house) >= MANY_DAYS
    assert not days_to_end(house)
    assert days(house) >= MANY_DAYS


async def test_without_redis_there_is_nothing_for_it_to_do(house):
    code, _, err = await house.jobs("worker")
    assert code == 1
    assert "REDIS_URL is not set" in err


async def test_a_house_without_an_open_day_is_not_worked_in(launcher, migrated_file, tmp_path):
    empty = House(launcher, tmp_path)
    shutil.copy(migrated_file, empty.file)
    code, _, err = await empty.jobs("worker", REDIS_URL="redis://127.0.0.1:1")
    assert code == 1
    assert "No business day is open" in err
