"""What every test may ask for."""

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import hypothesis
import pytest

import models
from models import SecretKeys
from tests import databases, make, programs
from tests.programs import Launcher

hypothesis.settings.register_profile("quick", max_examples=25, deadline=None, derandomize=True, database=None)
hypothesis.settings.register_profile("deep", max_examples=1_000, deadline=None, database=None, print_blob=True)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))

KEYS = SecretKeys(by_id={"old": b"o" * 32, "new": b"n" * 32}, current="new", blind_index=b"i" * 32)


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Iterator[databases.Template]:
    """A migrated database, made once."""
    with databases.migrated_template(tmp_path_factory.mktemp("database")) as made:
        yield made


@pytest.fixture
async def db(template: databases.Template) -> AsyncIterator[str]:
    """A connected database: the 16th of March 2026 is open, and there is a tier of points; nothing else.

    Gives its URL, for whoever connects to it from another process.
    """
    models.configure(KEYS)
    make.clock.moment, make.clock.business_date = make.NOON, make.TODAY
    async with databases.connected(template) as url:
        yield url


@pytest.fixture
def copied_database(template: databases.Template) -> Iterator[str]:
    """The URL of a database of one's own, to break it."""
    models.configure(KEYS)
    with databases.copied(template) as url:
        yield url


@pytest.fixture(scope="session")
def launcher() -> Iterator[Launcher]:
    """What starts our programs as processes of their own."""
    made = Launcher()
    try:
        yield made
    finally:
        made.close()


@pytest.fixture(scope="session")
def migrated_file(launcher: Launcher, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file, empty of rows; to be copied."""
    folder = tmp_path_factory.mktemp("migrated")
    environment = {"DATABASE_URL": f"sqlite://{folder}/goodterms.sqlite3?synchronous=OFF"}
    code, _, err = asyncio.run(programs.run(launcher, folder, "jobs", "migrate", environment=environment))
    assert code == 0, err
    return folder / "goodterms.sqlite3"
