"""What happens by itself beside the app: days end, events are told, and providers are asked again."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable

from models.clock import SystemClock
from notifications import outbox
from resolvers.books import accounting_days
from resolvers.payments import receipts

logger = logging.getLogger("goodterms.background")

PAUSE_SECONDS = 1.0
PAUSE_AFTER_FAILURE_SECONDS = 10.0

_turned_at: dict[str, float] = {}
"""When each job of this process began its last round, by the process's own clock."""


def idle_seconds() -> float | None:
    """Say for how long the job that is furthest behind has not begun a round; None where none runs here."""
    return time.monotonic() - min(_turned_at.values()) if _turned_at else None


async def run(clock: SystemClock) -> None:
    """Work until cancelled. What fails is logged and tried again; it stops neither itself nor the rest.

    Ends when every job has ended: the database may be closed then.
    """
    async with asyncio.TaskGroup() as jobs:
        jobs.create_task(_repeat("end of day", lambda: _catch_up(clock)))
        jobs.create_task(_repeat("outbox", lambda: outbox.deliver_due(clock)))
        jobs.create_task(_repeat("pending payments", lambda: receipts.settle_pending(clock)))


async def _catch_up(clock: SystemClock) -> int:
    """End the days that are over in the lender's zone."""
    await clock.refresh()
    return await accounting_days.catch_up(clock, clock.calendar_day())


async def _repeat(name: str, work: Callable[[], Awaitable[int]]) -> None:
    """Do something again and again, at once while there was something to do."""
    try:
        while True:
            _turned_at[name] = time.monotonic()
            await asyncio.sleep(await _once(name, work))
    finally:
        _turned_at.pop(name, None)


async def _once(name: str, work: Callable[[], Awaitable[int]]) -> float:
    """Do it once; gives how long to wait before the next time."""
    try:
        done = await work()
    except Exception:
        logger.exception("%s failed, and is tried again", name)
        return PAUSE_AFTER_FAILURE_SECONDS
    return 0 if done else PAUSE_SECONDS
