import pytest

from tests.configured import configure_resolvers


@pytest.fixture(autouse=True)
def _configured() -> None:
    configure_resolvers()
