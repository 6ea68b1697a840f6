import asyncio
import os
import sqlite3
import sys
from pathlib import Path

import pytest

from settings import ROOT

PRODUCTION = {
    "ENVIRONMENT": "production",
    "TOKEN_KEYS": f'{{"a": "{"A" * 43}="}}',
    "TOKEN_KEY_ID": "a",
    "ENCRYPTION_KEYS": f'{{"a": "{"A" * 43}="}}',
    "ENCRYPTION_KEY_ID": "a",
    "BLIND_INDEX_KEY": "A" * 43 + "=",
}


async def jobs(folder: Path, *arguments: str, words: str = "", **environment: str) -> tuple[int, str, str]:
    """Run `python -m jobs` as an engineer would, on a SQLite file of its own."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "jobs",
        *arguments,
        cwd=ROOT,
        env={
            "PATH": os.environ["PATH"],
            "DATABASE_URL": f"sqlite://{folder / 'house.sqlite3'}?synchronous=OFF",
            "KEY_DIRECTORY": str(folder / "keys"),
            **environment,
        },
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
    code, out, err = await jobs(tmp_path, "demo")
    assert code == 0, err
    assert "goodterms-demo" in out
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


@pytest.mark.parametrize("command", [["token", "customer"], ["demo"], ["tomorrow"]])
async def test_production_has_no_demo(tmp_path, command):
    code, out, err = await jobs(tmp_path, *command, **PRODUCTION)
    assert (code, out) == (1, "")
    assert err
    assert not (tmp_path / "house.sqlite3").exists()
