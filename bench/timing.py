"""An empty house on PostgreSQL, and what work on it takes."""

import resource
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import date, datetime

import asyncpg

from models import Viewer
from models.clock import TravellingClock
from models.database import connect, disconnect, migrate
from rules.people.access import Role


@asynccontextmanager
async def house(base: str, today: date, now: datetime) -> AsyncIterator[tuple[str, Viewer]]:
    """Make a migrated database with nothing in it, and connect to it; gives its URL, and the house as a viewer."""
    name = "goodterms_bench_nights"
    admin = await asyncpg.connect(f"{base}/postgres")
    await admin.execute(f"DROP DATABASE IF EXISTS {name}")
    await admin.execute(f"CREATE DATABASE {name}")
    url = f"{base}/{name}"
    try:
        await migrate(url)
        await connect(url, pool_size=2)
        try:
            yield url, Viewer(role=Role.SYSTEM, clock=TravellingClock(now, today))
        finally:
            await disconnect()
    finally:
        await admin.execute(f"DROP DATABASE IF EXISTS {name}")
        await admin.close()


@dataclass
class Spent:
    """What a piece of work took."""

    seconds: float = 0.0
    of_process: float = 0.0


@contextmanager
def timed() -> Iterator[Spent]:
    """Measure what the block takes."""
    spent = Spent()
    began, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_SELF).ru_utime
    yield spent
    spent.seconds = time.perf_counter() - began
    spent.of_process = resource.getrusage(resource.RUSAGE_SELF).ru_utime - before


def most_mib() -> float:
    """Give the most memory that this process has had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def say(text: str) -> None:
    """Print a line at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()
