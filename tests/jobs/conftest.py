import pytest

from tests.configured import configure_resolvers


@pytest.fixture(autouse=True)
def resolvers_configured() -> None:
    """Jobs call resolvers."""
    configure_resolvers()
