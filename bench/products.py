"""Starting the product as production runs it, and the servers it is held against."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import orjson

from bench import keys
from bench.asking import Asking
from bench.data.databases import FOLDER
from bench.processes import Server, free_port, started

PRODUCTION = {"ENVIRONMENT": "production", "ALLOW_SQLITE": "true", "PAYMENT_PROVIDER": "manual"}
WITH_SANDBOX = {
    "ENVIRONMENT": "development",
    "ALLOW_INTROSPECTION": "false",
    "JSON_LOGS": "true",
    "PAYMENT_PROVIDER": "sandbox",
}
"""Production has no sandbox; everything else is as there."""


@contextmanager
def product(url: str, name: str = "product", settings: dict[str, str] = PRODUCTION) -> Iterator[Server]:
    """Start `python -m api`."""
    port = free_port()
    environment = {**keys.environment(), **settings, "DATABASE_URL": url, "PORT": str(port)}
    with started(name, "api", (), environment, port) as server:
        yield server


@contextmanager
def other(name: str, module: str, url: str, people: Path) -> Iterator[Server]:
    """Start one of `bench/servers`."""
    port = free_port()
    arguments = ("--port", str(port), "--database", url, "--people", str(people))
    with started(name, f"bench.servers.{module}", arguments, {}, port) as server:
        yield server


def write_people(asking: Asking) -> Path:
    """Write down who the tokens are."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    path = FOLDER / "people.json"
    path.write_bytes(orjson.dumps(asking.people()))
    return path
