"""The stock engine and ours, side by side: a defect that is worked around must still be there without us."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.connection import get_connection
from tortoise.context import TortoiseContext

from models.database import tortoise_config
from tests.databases import ON_POSTGRES

STOCK = "tortoise.backends.asyncpg" if ON_POSTGRES else "tortoise.backends.sqlite"
OURS = "models.database.asyncpg_engine" if ON_POSTGRES else "models.database.sqlite_engine"
ENGINES = (STOCK, OURS)

PATIENCE = 2.0
"""Seconds after which a query will not come back."""

ADD_TIER = "INSERT INTO tier (code, rank, name_zh, name_en, created_at) VALUES ('{0}', {1}, '', '', '2026-03-16')"


@asynccontextmanager
async def connected(url: str, engine: str, **credentials: Any) -> AsyncIterator[BaseDBAsyncClient]:
    """Connect with an engine; at the end, cut off even what it lost."""
    config = tortoise_config(url, pool_size=3)
    config["connections"]["default"]["engine"] = engine
    pool = {"minsize": 3} if ON_POSTGRES else {}  # All open at once: what is cancelled is BEGIN, not a new connection.
    config["connections"]["default"]["credentials"] |= pool | credentials
    async with TortoiseContext() as context:
        await context.init(config=config)
        connection = get_connection("default")
        await connection.create_connection(with_db=True)
        try:
            yield connection
        finally:
            if ON_POSTGRES:
                connection._pool.terminate()
                await asyncio.sleep(0)
                connection._pool = None


async def add_tier(code: str, rank: int = 0) -> None:
    """Write one row."""
    await get_connection("default").execute_query(ADD_TIER.format(code, rank or 1000 + sum(code.encode())))


async def codes() -> list[str]:
    """The tiers there are, in the order they were made; raises TimeoutError where the database does not answer."""
    query = "SELECT code FROM tier ORDER BY id"
    rows = await asyncio.wait_for(get_connection("default").execute_query_dict(query), PATIENCE)
    return [row["code"] for row in rows]


async def cancelled_after(steps: int, work: Any) -> None:
    """Start work in a task and cancel it after so many turns of the loop."""
    task = asyncio.create_task(work)
    for _ in range(steps):
        await asyncio.sleep(0)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
