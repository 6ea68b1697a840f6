"""What happens by itself beside the app: days end, events are told, and providers are asked again."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from models.clock import SystemClock
from notifications import outbox
from resolvers.books import accounting_days
from resolvers.payments import receipts

logger = logging.getLogger("goodterms.background")

PAUSE_SECONDS = 1.0
PAUSE_AFTER_FAILURE_SECONDS = 10.0


async def run(clock: SystemClock) -> None:
    """Work until cancelled. What fails is logged and tried again; it stops neither itself nor the rest."""
    await asyncio.gather(
        _repeat("end of day", lambda: _catch_up(clock)),
        _repeat("outbox", lambda: outbox.deliver_due(clock)),
        _repeat("pending payments", lambda: receipts.settle_pending(clock)),
    )


async def _catch_up(clock: SystemClock) -> int:
    """End the days that are over in the lender's zone."""
    await clock.refresh()
    return await accounting_days.catch_up(clock, clock.calendar_day())


async def _repeat(name: str, work: Callable[[], Awaitable[int]]) -> None:
    """Do something again and again, at once while there was something to do."""
    while True:
        try:
            done = await work()
        except Exception:
            logger.exception("%s failed, and is tried again", name)
            await asyncio.sleep(PAUSE_AFTER_FAILURE_SECONDS)
        else:
            await asyncio.sleep(0 if done else PAUSE_SECONDS)
