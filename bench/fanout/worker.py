"""`python -m bench.fanout.worker` chooses, tells and sends what is due at noon, as the tasks of a worker do.

Before each part it waits for a line; after it, it prints what the part took, as a line of JSON. Its settings are the product's.
"""

import argparse
import asyncio
import os
import sys
import time
from collections.abc import Awaitable, Callable
from datetime import date, datetime, timedelta
from pathlib import Path

import orjson
import uvloop
from firebase_admin.credentials import Certificate

from jobs.lanes import WINDOW
from jobs.rooms import configure_rooms
from models import Delivery
from models.database import connect, disconnect
from notifications.channels.fcm import FcmSender
from notifications.channels.interface import Outgoing, Result
from notifications.channels.lanes import Lane as Passable
from notifications.channels.pace import Ramp, RateLimiter
from notifications.channels.window import send_all
from resolvers.notifications.relay import deliver_due
from resolvers.notifications.reminders import choose_due
from resolvers.notifications.sending import Post
from rules.notifications.classes import Lane
from rules.notifications.deliveries import DeliveryState
from settings import Settings

PARTS = ("choosing", "relaying", "sending")
EVERY_SECONDS = 0.1
"""How soon somebody looks again for what was put off: a worker looks each second."""


class NoonClock:
    """The time since noon."""

    def __init__(self, noon: datetime, today: date) -> None:
        self._noon, self._today = noon, today
        self._began = time.monotonic()

    def now(self) -> datetime:
        return self._noon + timedelta(seconds=time.monotonic() - self._began)

    def today(self) -> date:
        return self._today


def main() -> None:
    """Do the parts, one after the other."""
    parser = argparse.ArgumentParser(prog="python -m bench.fanout.worker", description=__doc__)
    parser.add_argument("--noon", type=datetime.fromisoformat, required=True)
    parser.add_argument("--today", type=date.fromisoformat, required=True)
    arguments = parser.parse_args()
    uvloop.run(_run(Settings(), NoonClock(arguments.noon, arguments.today)))


async def _run(settings: Settings, clock: NoonClock) -> None:
    configure_rooms(settings)
    await connect(settings.database_url, pool_size=settings.database_pool_size)
    lane = _lane(settings, clock)
    firsts: list[float] = []
    works: tuple[Callable[[], Awaitable[object]], ...] = (
        lambda: _choose(clock),
        lambda: deliver_due(clock),
        lambda: _send(lane, clock, firsts),
    )
    try:
        for name, work in zip(PARTS, works, strict=True):
            sys.stdin.readline()
            began, before = time.perf_counter(), os.times()
            await work()
            used = os.times()
            cpu = used.user + used.system - before.user - before.system
            seconds = time.perf_counter() - began
            firsts_seconds = max(firsts, default=began) - began
            _tell(part=name, seconds=seconds, cpu_seconds=cpu, memory_mib=_most_mib(), firsts_seconds=firsts_seconds)
        sys.stdin.readline()
    finally:
        await lane.sender.aclose()
        await disconnect()


async def _choose(clock: NoonClock) -> None:
    while await choose_due(clock):
        pass


async def _send(lane: Passable, clock: NoonClock, firsts: list[float]) -> None:
    """Send until nothing waits, what was put off included; notes when there were results of first tries."""
    while await Delivery.filter(state=DeliveryState.QUEUED).exists():
        post = Post(Lane.FCM, clock)

        async def record(results: list[tuple[Outgoing, Result]], post: Post = post) -> None:
            await post.record(results)
            if any(message.is_first_try for message, _ in results):
                firsts.append(time.perf_counter())

        await send_all(lane, claim=post.claim, record=record, stop=asyncio.Event())
        await asyncio.sleep(EVERY_SECONDS)


def _lane(settings: Settings, clock: NoonClock) -> Passable:
    """Make the lane as workers have it, but for the slow beginning, which would be all that is measured."""
    rate = float(settings.fcm_per_second)
    sender = FcmSender(
        Certificate(str(settings.fcm_credentials)),
        now=clock.now,
        base_url=settings.fcm_url,
        connections=WINDOW[Lane.FCM],
        ca_file=str(settings.ca_file),
    )
    return Passable("FCM", sender, RateLimiter(Ramp(rate, rate)), window=WINDOW[Lane.FCM])


def _most_mib() -> float:
    """Give the most memory that this process ever had."""
    return int(Path("/proc/self/status").read_text("ascii").split("VmHWM:")[1].split()[0]) / 1024


def _tell(**said: object) -> None:
    sys.stdout.write(orjson.dumps(said).decode() + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
