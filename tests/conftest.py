"""What every test may ask for."""

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import hypothesis
import pytest

import models
import notifications
from models import SecretKeys
from resolvers.service import feedback
from tests import databases, make, programs, redis_servers
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
    notifications.configure(notifications.NotificationSettings(fewest_people=1))
    make.clock.moment, make.clock.business_date = make.NOON, make.TODAY
    feedback.forget_who_spoke()
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


@pytest.fixture
def redis_url() -> str:
    """A Redis that others use too: take keys that nobody else has."""
    parts = urlsplit(redis_servers.SHARED)
    if not redis_servers.answers(parts.port or 6379, str(parts.hostname)):
        redis_servers.without_redis(f"no Redis answers at {parts.hostname}: `make redis` starts one")
    return redis_servers.SHARED


@pytest.fixture
def redis_server(tmp_path: Path) -> Iterator[redis_servers.RedisServer]:
    """A Redis of one's own, started."""
    server = redis_servers.RedisServer(tmp_path)
    server.start()
    try:
        yield server
    finally:
        server.kill()
