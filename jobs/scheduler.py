"""The scheduler: every process that works in the background has one, and one of them leads and sends the tasks."""

import asyncio
import logging
import time
from contextlib import suppress
from datetime import timedelta

from taskiq.exceptions import SendTaskError

from jobs import leases
from jobs.outages import Outage
from jobs.tasks import TASKS, Sender
from models.clock import SystemClock

LEASE = "scheduler"
LASTS = timedelta(seconds=10)
"""How long the others wait for a leader that has fallen silent."""
RENEWED_AFTER_SECONDS = 3.0
"""When a leader takes its lease for longer, and when another asks whether it is free."""

logger = logging.getLogger("goodterms.scheduler")


class Scheduler:
    """Sends each task when it is due, for as long as it leads."""

    def __init__(self, senders: dict[str, Sender], clock: SystemClock, holder: str) -> None:
        self._senders = senders
        self._clock = clock
        self._holder = holder
        self._leads_until = float("-inf")
        self._asks_at = float("-inf")
        self._due_at = dict.fromkeys(senders, float("-inf"))
        self._turned_at = time.monotonic()
        self._database = Outage("the database", logger)
        self._broker = Outage("the broker of tasks", logger)

    @property
    def leads(self) -> bool:
        """Whether the lease is ours; by the process's own clock, so that one that slept too long knows it."""
        return time.monotonic() < self._leads_until

    def silent_seconds(self) -> float:
        """Say for how long it has not turned: it hangs where that is long."""
        return time.monotonic() - self._turned_at

    async def run(self, stop: asyncio.Event) -> None:
        """Ask for the lease, and send what is due while it is ours, until told to stop; then let another lead."""
        while not stop.is_set():
            pause = await self._turn()
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), pause)
        if self.leads:
            self._leads_until = float("-inf")
            await self._give_back()

    async def _turn(self) -> float:
        """Do what is due now; gives how long to wait before the next time. Raises nothing."""
        moment = self._turned_at = time.monotonic()
        if moment >= self._asks_at:
            try:
                await self._ask(moment)
            except Exception as problem:  # noqa: BLE001  Whatever the database does, it is asked again.
                return self._database.goes_on(problem)
            self._database.is_over()
        if not self.leads:
            return self._asks_at - moment
        return await self._send_due()

    async def _ask(self, moment: float) -> None:
        is_ours = await leases.take(LEASE, self._holder, self._clock.now(), LASTS)
        self._leads_until = moment + LASTS.total_seconds() if is_ours else float("-inf")
        self._asks_at = moment + RENEWED_AFTER_SECONDS

    async def _send_due(self) -> float:
        for task in TASKS:
            moment = time.monotonic()
            if self.leads and moment >= self._due_at[task.name]:
                try:
                    await self._senders[task.name].kiq()
                except SendTaskError as problem:
                    return self._broker.goes_on(problem.__cause__ or problem)
                self._due_at[task.name] = moment + task.every_seconds
                self._broker.is_over()
        return max(0.0, min(self._asks_at, *self._due_at.values()) - time.monotonic())

    async def _give_back(self) -> None:
        try:
            await leases.give_back(LEASE, self._holder, self._clock.now())
        except Exception:
            logger.exception("the lease could not be given back, and runs out by itself")
