"""URLs, and the connection they lead to."""

import asyncio
from sqlite3 import OperationalError

import pytest

from models import Tier
from models.database import connect, disconnect, tortoise_config
from tests.databases import ON_POSTGRES


def credentials(url: str, **options) -> dict:
    return tortoise_config(url, **options)["connections"]["default"]["credentials"]


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("sqlite://var/goodterms.sqlite3", "var/goodterms.sqlite3"),
        ("sqlite:///srv/goodterms.sqlite3", "/srv/goodterms.sqlite3"),
        ("sqlite://my%20data/a.sqlite3?synchronous=OFF", "my data/a.sqlite3"),
    ],
)
def test_a_sqlite_url_is_a_path(url, path):
    assert credentials(url)["file_path"] == path


def test_sqlite_keeps_what_it_promised_unless_the_url_says_otherwise():
    pragmas = credentials("sqlite://a.sqlite3")
    assert (pragmas["synchronous"], pragmas["foreign_keys"], pragmas["recursive_triggers"]) == ("FULL", "ON", "ON")
    assert credentials("sqlite://a.sqlite3?synchronous=OFF")["synchronous"] == "OFF"


def test_a_postgres_url_may_hold_any_password():
    found = credentials("postgres://lender:p%40ss%2Fword@db.example:6432/books", pool_size=7)
    assert (found["user"], found["password"]) == ("lender", "p@ss/word")
    assert (found["host"], found["port"], found["database"], found["maxsize"]) == ("db.example", 6432, "books", 7)
    assert credentials("postgres://lender@db.example/books")["port"] == 5432


@pytest.mark.parametrize("url", ["sqlite://", "mysql://a/b", "books"])
def test_other_urls_are_refused(url):
    with pytest.raises(AssertionError):
        tortoise_config(url)


async def test_one_can_connect_again_after_disconnecting(copied_database):
    for _ in range(2):
        await connect(copied_database)
        assert await Tier.exists()
        await disconnect()


async def test_a_database_that_is_not_there_is_an_error_at_once(tmp_path):
    wrong = "postgres://nobody@127.0.0.1:1/none" if ON_POSTGRES else f"sqlite://{tmp_path}"
    with pytest.raises((OperationalError, OSError)):
        await connect(wrong)
    await asyncio.sleep(0.05)  # The driver's thread has its last word.
