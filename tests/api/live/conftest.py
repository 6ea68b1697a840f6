"""What tests of subscriptions may ask for."""

from collections.abc import AsyncIterator

import httpx
import pytest

from tests.configured import configure_resolvers
from tests.journeys.conftest import served


@pytest.fixture(autouse=True)
def _configured() -> None:
    configure_resolvers()


@pytest.fixture
async def house(db) -> AsyncIterator[httpx.URL]:
    """The address of a server in development."""
    async with served() as http:
        yield http.base_url
