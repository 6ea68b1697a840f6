"""Faults, many times over, on real processes: `make test-deep` runs them and prints their counts."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from tests import databases
from tests.deep.houses import House, furnish

HERE = Path(__file__).parent
Count = Callable[[str], None]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.deep)


@pytest.fixture
def counted(request: pytest.FixtureRequest) -> Count:
    """Takes what a test counted; printed at the end, so that a run shows how much it has shown."""
    return lambda text: request.node.user_properties.append(("counted", text))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    lines = [
        f"{report.nodeid.partition('::')[2]}: {text}"
        for report in terminalreporter.getreports("passed")
        for name, text in report.user_properties
        if name == "counted" and report.when == "call"
    ]
    if lines:
        terminalreporter.section(f"faults, counted, on {'PostgreSQL' if databases.ON_POSTGRES else 'SQLite'}")
        terminalreporter.write("".join(f"{line}\n" for line in lines))


@pytest.fixture
def own_url(copied_database: str) -> str:
    """The URL of a database of one's own, written to disk as in production."""
    return copied_database.removesuffix("?synchronous=OFF")


@pytest.fixture
async def house(own_url: str, tmp_path: Path) -> AsyncIterator[House]:
    """A house with borrowers; its processes end with the test."""
    made = await furnish(own_url, tmp_path)
    try:
        yield made
    finally:
        made.close()
