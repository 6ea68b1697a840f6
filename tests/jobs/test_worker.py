"""The worker as a process: it starts, does what there is to do, and stops when told to."""

import asyncio
import contextlib
import json
import shutil
import signal
import sqlite3
import sys
from pathlib import Path

import pytest

from settings import ROOT
from tests.jobs.test_main import environment_of, jobs

MANY_DAYS = 400


@pytest.fixture(scope="module")
def furnished(tmp_path_factory) -> Path:
    """A migrated house with an open day, in the past of the calendar: there is something to do."""
    folder = tmp_path_factory.mktemp("house")

    async def furnish() -> None:
        assert (await jobs(folder, "migrate"))[0] == 0
        shutil.copy(folder / "house.sqlite3", folder / "without-a-day.sqlite3")
        code, _, err = await jobs(folder, "create-admin", "--login", "a", "--name", "A", words="a long password\n")
        assert code == 0, err

    asyncio.run(furnish())
    with rows(folder) as connection:
        connection.execute('UPDATE accounting_day SET "on" = date("on", \'-3 days\')')
    return folder


@pytest.fixture
def house(furnished, tmp_path) -> Path:
    """A house of one's own."""
    return Path(shutil.copytree(furnished, tmp_path / "house"))


@contextlib.contextmanager
def rows(folder: Path):
    connection = sqlite3.connect(folder / "house.sqlite3", isolation_level=None)
    try:
        yield connection
    finally:
        connection.close()


@contextlib.asynccontextmanager
async def worker(folder: Path, redis_url: str, **environment: str):
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "jobs",
        "worker",
        cwd=ROOT,
        env=environment_of(folder) | {"REDIS_URL": redis_url} | environment,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def until(true) -> None:
    async with asyncio.timeout(60):
        while not true():
            await asyncio.sleep(0.02)


def beats(folder: Path) -> int:
    with rows(folder) as connection:
        (count,) = connection.execute("SELECT count(*) FROM heartbeat").fetchone()
        return count


def days(folder: Path) -> int:
    with rows(folder) as connection:
        (count,) = connection.execute("SELECT count(*) FROM accounting_day").fetchone()
        return count


def days_to_end(folder: Path) -> int:
    with rows(folder) as connection:
        (count,) = connection.execute(
            "SELECT count(*) FROM accounting_day WHERE is_open AND \"on\" < date('now', '-1 day')"
        ).fetchone()
        return count


async def test_it_works_until_it_is_told_to_stop_also_while_redis_is_away_and_lets_another_lead(house, redis_server):
    async with worker(house, redis_server.url, JSON_LOGS="true") as process:
        await until(lambda: beats(house) == 3 and not days_to_end(house))
        redis_server.kill()
        await asyncio.sleep(2)
        assert process.returncode is None
        process.send_signal(signal.SIGTERM)
        _, said = await asyncio.wait_for(process.communicate(), 20)
    assert process.returncode == 0
    lines = [json.loads(line) for line in said.splitlines()]
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
    async with worker(house, redis_server.url, SHUTDOWN_SECONDS="300") as process:
        await until(lambda: days(house) > 1)
        process.send_signal(signal.SIGTERM)
        assert days(house) < MANY_DAYS, "it was too fast to be stopped in the middle"
        _, said = await asyncio.wait_for(process.communicate(), 100)
    assert (process.returncode, said) == (0, b"")
    assert not days_to_end(house)
    assert days(house) >= MANY_DAYS


async def test_without_redis_there_is_nothing_for_it_to_do(house):
    code, _, err = await jobs(house, "worker")
    assert code == 1
    assert "REDIS_URL is not set" in err


async def test_a_house_without_an_open_day_is_not_worked_in(house):
    shutil.copy(house / "without-a-day.sqlite3", house / "house.sqlite3")
    code, _, err = await jobs(house, "worker", REDIS_URL="redis://127.0.0.1:1")
    assert code == 1
    assert "No business day is open" in err
