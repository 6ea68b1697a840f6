import asyncio
import base64
import json
import re
import shutil
import sqlite3
import subprocess
import sys
from datetime import date, timedelta

import pytest

from settings import ROOT
from tests.jobs.houses import House

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


@pytest.fixture
def house(launcher, tmp_path) -> House:
    """A house that is still to be migrated."""
    return House(launcher, tmp_path)


@pytest.fixture
def migrated(house, migrated_file) -> House:
    shutil.copy(migrated_file, house.file)
    return house


def test_the_command_is_found_by_its_name():
    said = subprocess.run(
        [sys.executable, "-m", "jobs", "--help"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert "create-admin" in said.stdout


async def test_from_an_empty_folder_to_a_demo_begun_again_a_token_and_a_difference(house):
    assert await house.jobs("migrate") == (0, "", "")
    code, out, _ = await house.jobs("token", "customer")
    assert (code, out) == (1, "")
    house.file.with_name("house.sqlite3.filling").write_text("half a demo, broken off")
    code, out, err = await house.jobs("demo", "--few")
    assert code == 0, err
    assert "goodterms-demo" in out
    assert sorted(path.name for path in house.folder.glob("*sqlite3*")) == ["house.sqlite3"]
    assert await house.jobs("demo") == (0, "", "")
    code, out, err = await house.jobs("token", "officer")
    assert code == 0, err
    assert len(out.strip().split(".")) == 3
    assert out.count("\n") == 1
    code, out, err = await house.jobs("verify")
    assert (code, out) == (0, "Everything adds up.\n"), err
    with sqlite3.connect(house.file) as connection:
        (today,) = connection.execute('SELECT "on" FROM accounting_day WHERE is_open').fetchone()
        connection.execute("UPDATE loan SET next_action_on = ? WHERE status = 'ACTIVE'", [today])  # As by a migration.
    connection.close()
    assert (await house.jobs("verify"))[0] == 1
    code, out, err = await house.jobs("daily")
    assert (code, out) == (0, f"0 days ended; today is {today}.\n"), err
    assert (await house.jobs("verify"))[0] == 0
    with sqlite3.connect(house.file) as connection:
        connection.execute("UPDATE points_account SET balance = balance + 1 WHERE customer_id = 1")
    connection.close()
    code, out, _ = await house.jobs("verify")
    assert code == 1
    assert "points account 1: the balance is" in out


async def test_the_first_admin_finds_what_an_empty_house_needs(migrated):
    made = await migrated.jobs("create-admin", "--login", "root", "--name", "陈静", typed="a long password\n")
    assert made == (0, "", "")
    code, out, err = await migrated.jobs("create-admin", "--login", "root", "--name", "陈静", typed="a long password\n")
    assert (code, out) == (1, "")
    assert "LOGIN_TAKEN" in err
    assert (await migrated.jobs("verify"))[:2] == (0, "Everything adds up.\n")


async def test_tomorrow_comes_when_it_is_called(migrated):
    await migrated.jobs("create-admin", "--login", "root", "--name", "陈静", typed="a long password\n")
    with sqlite3.connect(migrated.file) as connection:
        (today,) = connection.execute('SELECT "on" FROM accounting_day WHERE is_open').fetchone()
    following = (date.fromisoformat(today) + timedelta(days=1)).isoformat()
    assert await migrated.jobs("tomorrow") == (0, f"Today is {following}.\n", "")
    days = connection.execute('SELECT "on", is_open FROM accounting_day ORDER BY "on"').fetchall()
    connection.close()
    assert days == [(today, 0), (following, 1)]


async def test_days_that_were_missed_are_ended_one_by_one_by_whoever_comes_and_once(migrated):
    await migrated.jobs("create-admin", "--login", "root", "--name", "陈静", typed="a long password\n")
    with sqlite3.connect(migrated.file) as connection:
        (today,) = connection.execute('SELECT "on" FROM accounting_day WHERE is_open').fetchone()
        left = date.fromisoformat(today) - timedelta(days=9)
        connection.execute('UPDATE accounting_day SET "on" = ? WHERE is_open', [left.isoformat()])
    both = await asyncio.gather(migrated.jobs("daily"), migrated.jobs("daily"))
    assert [(code, err) for code, _, err in both] == [(0, ""), (0, "")]
    said = re.findall(rf"(\d+) days ended; today is {today}\.", both[0][1])  # Both write to the same file.
    assert sum(map(int, said)) == 9
    assert await migrated.jobs("daily") == (0, f"0 days ended; today is {today}.\n", "")
    days = connection.execute('SELECT "on" FROM accounting_day ORDER BY "on"').fetchall()
    connection.close()
    assert [day for (day,) in days] == [(left + timedelta(days=number)).isoformat() for number in range(10)]
    assert (await migrated.jobs("verify"))[0] == 0


async def test_tomorrow_does_not_come_before_there_is_a_today(migrated):
    code, out, err = await migrated.jobs("tomorrow")
    assert (code, out, err) == (1, "", "No business day is open: `make run` opens the first.\n")


async def test_a_house_that_is_in_use_is_not_filled(migrated):
    connection = sqlite3.connect(migrated.file)
    connection.execute("SELECT * FROM accounting_day").fetchall()
    code, _, err = await migrated.jobs("demo", "--few")
    connection.close()
    assert (code, err) == (1, "Another process has the database open: stop it first.\n")


@pytest.mark.parametrize("command", [["token", "customer"], ["demo"], ["tomorrow"]])
async def test_production_has_no_demo(house, command):
    code, out, err = await house.jobs(*command, **PRODUCTION)
    assert (code, out) == (1, "")
    assert err
    assert not (house.file).exists()
