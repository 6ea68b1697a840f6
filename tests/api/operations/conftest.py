"""The house that operations are asked in."""

import pytest

from tests.api.operations.house import House, make_house
from tests.configured import configure_resolvers
from tests.databases import filled


@pytest.fixture
async def house(db) -> House:
    configure_resolvers()
    return await filled(db, make_house)
