"""The house that operations are asked in."""

import pytest

from tests.api.operations.house import House, make_house
from tests.configured import configure_resolvers


@pytest.fixture
async def house(db) -> House:
    configure_resolvers()
    return await make_house()
