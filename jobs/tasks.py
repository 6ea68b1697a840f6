"""What happens by itself: days end, events are told, and providers are asked again.

A task carries no data: what there is to do stands in rows, each claimed by whoever does it. So a task that is lost is
made up for by the next, and one that comes twice finds nothing left to do.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from taskiq import AsyncBroker, AsyncTaskiqDecoratedTask

from jobs import leases
from models import Heartbeat
from models.clock import SystemClock
from notifications import outbox
from resolvers.books import accounting_days
from resolvers.documents import papers, uploads
from resolvers.notifications import promotions
from resolvers.payments import receipts

logger = logging.getLogger("goodterms.tasks")

REST_AFTER_FAILURE_SECONDS = 10.0
BEAT_SECONDS = 5.0
"""How often a worker writes down that it has done a task, at the most."""


@dataclass(frozen=True)
class Task:
    """Something to do again and again."""

    name: str
    work: Callable[[SystemClock], Awaitable[int]]
    """Does a part of what there is to do, and says how much that was; 0 if nothing is left."""
    every_seconds: float = 1.0


async def _end_days(clock: SystemClock) -> int:
    """End the days that are over in the lender's zone."""
    await clock.refresh()
    return await accounting_days.catch_up(clock, clock.calendar_day())


TASKS = (
    Task("end of day", _end_days),
    Task("outbox", outbox.deliver_due),
    Task("promotions", promotions.tell_due),
    Task("pending payments", receipts.settle_pending),
    Task("documents", papers.make_waiting),
    Task("unused files", uploads.delete_unused),
)

Sender = AsyncTaskiqDecoratedTask[[], Coroutine[Any, Any, None]]


class Runner:
    """Does tasks in this process, of each name one at a time."""

    def __init__(self, clock: SystemClock, worker: str, stop: asyncio.Event) -> None:
        self.clock = clock
        self.worker = worker
        self._stop = stop
        self._running: dict[str, asyncio.Task[None]] = {}
        self._began_at: dict[str, float] = {}
        self._rests_until: dict[str, float] = {}
        self._beat_at: dict[str, float] = {}

    def busy_seconds(self) -> float:
        """Say for how long the task that began first has been running; 0 if none is."""
        return time.monotonic() - min(self._began_at.values()) if self._began_at else 0.0

    async def run(self, task: Task) -> None:
        """Do all that there is to do. What fails is logged, and left alone for a while.

        While it is being done here already, or is to stop, this does nothing.
        """
        rests = time.monotonic() < self._rests_until.get(task.name, float("-inf"))
        if task.name in self._running or rests or self._stop.is_set():
            return
        current = asyncio.current_task()
        assert current is not None
        self._running[task.name], self._began_at[task.name] = current, time.monotonic()
        try:
            while await task.work(self.clock) and not self._stop.is_set():
                pass
            await self._beat(task.name)
        except asyncio.CancelledError:
            logger.warning(
                "%s took too long to stop, and was broken off: what was not committed is done again", task.name
            )
        except Exception:
            logger.exception("%s failed, and is tried again", task.name)
            self._rests_until[task.name] = time.monotonic() + REST_AFTER_FAILURE_SECONDS
        finally:
            del self._running[task.name], self._began_at[task.name]

    async def finish(self, patience_seconds: float) -> None:
        """Wait for what is running, and break off what takes longer. The database may be closed then."""
        assert self._stop.is_set(), "else more would begin"
        if self._running:
            _, late = await asyncio.wait(self._running.values(), timeout=patience_seconds)
            for each in late:
                each.cancel()
            if late:
                await asyncio.wait(late)

    async def _beat(self, name: str) -> None:
        moment = time.monotonic()
        if moment - self._beat_at.get(name, float("-inf")) >= BEAT_SECONDS:
            self._beat_at[name] = moment
            await leases.beat(name, self.worker, self.clock.now())


def register(broker: AsyncBroker, runner: Runner) -> dict[str, Sender]:
    """Make the tasks known to a broker, and have them done by `runner`; gives what sends each, by its name."""
    return {task.name: broker.register_task(_body(task, runner), task_name=task.name) for task in TASKS}


def _body(task: Task, runner: Runner) -> Callable[[], Coroutine[Any, Any, None]]:
    async def run() -> None:
        await runner.run(task)

    return run


async def last_done_at() -> datetime | None:
    """Say when the task that is furthest behind was last done, in whichever process; None if none ever was."""
    beats = await Heartbeat.filter(name__in=[task.name for task in TASKS])
    return min((beat.at for beat in beats), default=None)
