import asyncio
import base64
import json
import os
import sqlite3
import sys
from datetime import date, timedelta
from pathlib import Path

import pytest

from settings import ROOT

KEY = base64.b64encode(bytes(range(32))).decode()
PRODUCTION = {
    "ENVIRONMENT": "production",
    "TOKEN_KEYS": json.dumps({"a": KEY}),
    "TOKEN_KEY_ID": "a",
    "ENCRYPTION_KEYS": json.dumps({"a": KEY}),
    "ENCRYPTION_KEY_ID": "a",
    "BLIND_INDEX_KEY": KEY,
    "ALLOW_SQLITE": "true",
}


def environment_of(folder: Path) -> dict[str, str]:
    """A house in a SQLite file of its own."""
    return {
        "PATH": os.environ["PATH"],
        "DATABASE_URL": f"sqlite://{folder / 'house.sqlite3'}?synchronous=OFF",
        "KEY_DIRECTORY": str(folder / "keys"),
    }


async def jobs(folder: Path, *arguments: str, words: str = "", **environment: str) -> tuple[int, str, str]:
    """Run `python -m jobs` as an engineer would, on a SQLite file of its own."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "jobs",
        *arguments,
        cwd=ROOT,
        env=environment_of(folder) | environment,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate(words.encode())
    assert process.returncode is not None
    return process.returncode, out.decode(), err.decode()


async def test_from_an_empty_folder_to_a_demo_token_and_a_difference(tmp_path):
    assert (await jobs(tmp_path, "migrate"))[0] == 0
    code, out, _ = await jobs(tmp_path, "token", "customer")
    assert (code, out) == (1, "")
    code, out, err = await jobs(tmp_path, "demo", "--few")
    assert code == 0, err
    assert "goodterms-demo" in out
    assert sorted(path.name for path in tmp_path.glob("*sqlite3*")) == ["house.sqlite3"]
    assert await jobs(tmp_path, "demo") == (0, "", "")
    code, out, err = await jobs(tmp_path, "token", "officer")
    assert code == 0, err
    assert len(out.strip().split(".")) == 3
    assert out.count("\n") == 1
    code, out, err = await jobs(tmp_path, "verify")
    assert (code, out) == (0, "Everything adds up.\n"), err
    with sqlite3.connect(tmp_path / "house.sqlite3") as connection:
        connection.execute("UPDATE points_account SET balance = balance + 1 WHERE customer_id = 1")
    connection.close()
    code, out, _ = await jobs(tmp_path, "verify")
    assert code == 1
    assert "points account 1: the balance is" in out


async def test_the_first_admin_finds_what_an_empty_house_needs(tmp_path):
    await jobs(tmp_path, "migrate")
    made = await jobs(tmp_path, "create-admin", "--login", "root", "--name", "陈静", words="a long password\n")
    assert made == (0, "", "")
    code, out, err = await jobs(
        tmp_path, "create-admin", "--login", "root", "--name", "陈静", words="a long password\n"
    )
    assert (code, out) == (1, "")
    assert "LOGIN_TAKEN" in err
    assert (await jobs(tmp_path, "verify"))[:2] == (0, "Everything adds up.\n")


async def test_tomorrow_comes_when_it_is_called(tmp_path):
    await jobs(tmp_path, "migrate")
    await jobs(tmp_path, "create-admin", "--login", "root", "--name", "陈静", words="a long password\n")
    with sqlite3.connect(tmp_path / "house.sqlite3") as connection:
        (today,) = connection.execute('SELECT "on" FROM accounting_day WHERE is_open').fetchone()
    following = (date.fromisoformat(today) + timedelta(days=1)).isoformat()
    assert await jobs(tmp_path, "tomorrow") == (0, f"Today is {following}.\n", "")
    days = connection.execute('SELECT "on", is_open FROM accounting_day ORDER BY "on"').fetchall()
    connection.close()
    assert days == [(today, 0), (following, 1)]


async def test_tomorrow_does_not_come_before_there_is_a_today(tmp_path):
    await jobs(tmp_path, "migrate")
    code, out, err = await jobs(tmp_path, "tomorrow")
    assert (code, out, err) == (1, "", "No business day is open: `make run` opens the first.\n")


async def test_a_demo_that_was_broken_off_is_begun_again(tmp_path):
    await jobs(tmp_path, "migrate")
    (tmp_path / "house.sqlite3.filling").write_text("half a demo")
    code, _, err = await jobs(tmp_path, "demo", "--few")
    assert code == 0, err
    assert (await jobs(tmp_path, "verify"))[0] == 0


async def test_a_house_that_is_in_use_is_not_filled(tmp_path):
    await jobs(tmp_path, "migrate")
    connection = sqlite3.connect(tmp_path / "house.sqlite3")
    connection.execute("SELECT * FROM accounting_day").fetchall()
    code, _, err = await jobs(tmp_path, "demo", "--few")
    connection.close()
    assert (code, err) == (1, "Another process has the database open: stop it first.\n")


@pytest.mark.parametrize("command", [["token", "customer"], ["demo"], ["tomorrow"]])
async def test_production_has_no_demo(tmp_path, command):
    code, out, err = await jobs(tmp_path, *command, **PRODUCTION)
    assert (code, out) == (1, "")
    assert err
    assert not (tmp_path / "house.sqlite3").exists()
