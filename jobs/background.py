"""Working in the background: inside the API process, or, with Redis, in processes of its own."""

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

from taskiq import AsyncBroker, InMemoryBroker
from taskiq.acks import AcknowledgeType
from taskiq.receiver import Receiver

from jobs import leases
from jobs.scheduler import Scheduler
from jobs.tasks import TASKS, Runner, register
from models.clock import SystemClock

STUCK_AFTER_SECONDS = 600
"""When a task that has not ended is stuck, and not only busy with the days that were missed."""
WATCH_SECONDS = 10
LAST_SECONDS = 1.0
"""What a worker whose tasks were waited for leaves the rest."""


@dataclass(frozen=True)
class Work:
    """What works in the background in this process."""

    runner: Runner
    scheduler: Scheduler

    def stuck_seconds(self) -> float:
        """Say for how long its part that is furthest behind has not moved."""
        return max(self.runner.busy_seconds(), self.scheduler.silent_seconds())


class Stuck(Exception):
    """This worker has not moved for so long that it is better started anew."""


@asynccontextmanager
async def working_here(clock: SystemClock, patience_seconds: float) -> AsyncIterator[Work]:
    """Work beside the block, in memory. Of several such processes on one database, one works.

    Ends when all that had begun has ended, or was broken off because it took longer than it may.
    """
    me, stop = leases.name_of_this_process(), asyncio.Event()
    broker = InMemoryBroker()
    runner = Runner(clock, me, stop)
    scheduler = Scheduler(register(broker, runner), clock, me)
    await broker.startup()
    scheduling = asyncio.create_task(scheduler.run(stop))
    try:
        yield Work(runner, scheduler)
    finally:
        stop.set()
        await _finish(runner, scheduling, patience_seconds)
        await broker.shutdown()


async def work_until_told_to_stop(clock: SystemClock, redis_url: str, patience_seconds: float) -> None:
    """Be a worker, one of any number: do what comes over Redis, and send it while leading, until a signal says stop.

    Ends as `working_here` does. Raises `Stuck` in a group where it must be started anew.
    """
    from jobs.streams import Streams  # noqa: PLC0415  Where Redis is not used, its client need not be read.

    me, stop = leases.name_of_this_process(), asyncio.Event()
    for each in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(each, stop.set)
    broker = Streams(redis_url, me, stop)
    broker.is_worker_process = True
    runner = Runner(clock, me, stop)
    scheduler = Scheduler(register(broker, runner), clock, me)
    await broker.startup()
    scheduling = asyncio.create_task(scheduler.run(stop))
    try:
        async with asyncio.TaskGroup() as both:
            both.create_task(_receiver(broker, patience_seconds).listen(stop))
            both.create_task(_watch(Work(runner, scheduler), stop))
    finally:
        stop.set()
        await _finish(runner, scheduling, LAST_SECONDS)
        await broker.shutdown()


def _receiver(broker: AsyncBroker, patience_seconds: float) -> Receiver:
    return Receiver(
        broker,
        run_startup=False,
        validate_params=False,
        max_async_tasks=2 * len(TASKS),
        ack_type=AcknowledgeType.WHEN_EXECUTED,
        wait_tasks_timeout=patience_seconds,
    )


async def _watch(work: Work, stop: asyncio.Event) -> None:
    while not stop.is_set():
        if work.stuck_seconds() > STUCK_AFTER_SECONDS:
            raise Stuck
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), WATCH_SECONDS)


async def _finish(runner: Runner, scheduling: asyncio.Task[None], patience_seconds: float) -> None:
    """Wait for the tasks and the scheduler, each of which has been told to stop; for so long, and no longer."""
    async with asyncio.TaskGroup() as both:
        both.create_task(runner.finish(patience_seconds))
        both.create_task(_ended(scheduling, patience_seconds))


async def _ended(scheduling: asyncio.Task[None], patience_seconds: float) -> None:
    await asyncio.wait({scheduling}, timeout=patience_seconds)
    scheduling.cancel()
    await asyncio.wait({scheduling})
