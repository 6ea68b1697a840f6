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
from functools import partial
from typing import Any

from taskiq import AsyncBroker, AsyncTaskiqDecoratedTask

from jobs import lanes, leases
from models import Heartbeat
from models.clock import SystemClock
from resolvers.books import accounting_days
from resolvers.documents import papers, uploads
from resolvers.loyalty import customer_events
from resolvers.notifications import addresses, own_reminders, promotions, relay, reminders
from resolvers.payments import receipts
from resolvers.service import case_clocks, survey_sending
from rules.notifications.classes import Lane

logger = logging.getLogger("goodterms.tasks")

REST_AFTER_FAILURE_SECONDS = 10.0
OFTEN_SECONDS = 60.0
"""What is done more seldom than that does not tell whether the workers work."""
BEAT_SECONDS = 5.0
"""How often a worker writes down that it has done a task, at the most."""


@dataclass(frozen=True)
class Task:
    """Something to do again and again."""

    name: str
    work: Callable[[SystemClock, asyncio.Event], Awaitable[int]]
    """Does a part of what there is to do, and says how much that was; 0 if nothing is left. The event tells it to stop."""
    every_seconds: float = 1.0


def _parts(work: Callable[[SystemClock], Awaitable[int]]) -> Callable[[SystemClock, asyncio.Event], Awaitable[int]]:
    """Make a task of work whose parts are so small that it need not be told to stop."""
    return lambda clock, _: work(clock)


async def _end_days(clock: SystemClock) -> int:
    """End the days that are over in the lender's zone."""
    await clock.refresh()
    return await accounting_days.catch_up(clock, clock.calendar_day())


TASKS = (
    Task("end of day", _parts(_end_days)),
    Task("reminders", _parts(reminders.choose_due)),
    Task("own reminders", _parts(own_reminders.choose_own)),
    Task("promotions", _parts(promotions.tell_due)),
    Task("customer events", _parts(customer_events.run_events)),
    Task("cases", _parts(case_clocks.run_cases)),
    Task("surveys", _parts(survey_sending.run_surveys)),
    Task("outbox", _parts(relay.deliver_due)),
    *(Task(f"sending by {lane}", partial(lanes.send, lane)) for lane in Lane),
    Task("pending payments", _parts(receipts.settle_pending)),
    Task("documents", _parts(papers.make_waiting)),
    Task("unused files", _parts(uploads.delete_unused)),
    Task("silent addresses", _parts(addresses.forget_silent), every_seconds=3600.0),
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
            while await task.work(self.clock, self._stop) and not self._stop.is_set():
                self._began_at[task.name] = time.monotonic()  # A part is done: what goes on does not hang.
                await self._beat(task.name)
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
    """Say when the task furthest behind, of those done all the time, was last done in any process; None if none was."""
    beats = await Heartbeat.filter(name__in=[task.name for task in TASKS if task.every_seconds <= OFTEN_SECONDS])
    return min((beat.at for beat in beats), default=None)
