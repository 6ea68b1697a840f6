"""What every test may ask for."""

import os
from collections.abc import AsyncIterator, Iterator

import hypothesis
import pytest

import models
from models import SecretKeys
from tests import databases, make

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
