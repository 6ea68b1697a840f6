"""API processes and workers of their own: nothing is lost between them, and nothing is told twice."""

import asyncio
import contextlib
import sys
from collections import Counter, defaultdict
from collections.abc import AsyncIterator
from itertools import pairwise

import pytest
from redis.asyncio import Redis

from jobs.scheduler import LASTS, LEASE
from jobs.streams import STREAM
from jobs.tasks import OFTEN_SECONDS, TASKS
from models import Lease, Notification, OutboxEvent
from settings import ROOT
from tests.deep.books import check_books
from tests.deep.houses import House, opened
from tests.deep.test_two_processes import WRITES, pay_all
from tests.redis_servers import RedisServer

SHORTEST_LIFE = LASTS.total_seconds()
OFTEN = [task.name for task in TASKS if task.every_seconds <= OFTEN_SECONDS]


class HouseWithWorkers(House):
    """A house whose API processes leave the background to workers."""

    redis_url = ""

    def environment(self, url: str, port: int = 8000) -> dict[str, str]:
        return {**super().environment(url, port), "REDIS_URL": self.redis_url}

    @contextlib.asynccontextmanager
    async def worker(self) -> AsyncIterator[asyncio.subprocess.Process]:
        """Run a worker for the block; it is told to stop in the end, if it lives."""
        with self.log.open("a") as log:
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "jobs", "worker", cwd=ROOT, env=self.environment(self.url, 1), stderr=log
            )
        try:
            yield process
            if process.returncode is None:
                process.terminate()
                assert await asyncio.wait_for(process.wait(), 30) == 0
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()


@pytest.fixture
def house(house: House, redis_server: RedisServer) -> HouseWithWorkers:
    made = HouseWithWorkers(house.url, house.folder, house.borrowers, launcher=house.launcher)
    made.redis_url = redis_server.url
    return made


async def leader(house: House, *, other_than: str = "") -> str:
    """Wait until a process leads, and give its name."""
    async with asyncio.timeout(60), opened(house.url):
        while True:
            lease = await Lease.get_or_none(name=LEASE)
            if lease is not None and lease.holder != other_than:
                return lease.holder
            await asyncio.sleep(0.1)


def process_of(name: str) -> int:
    return int(name.split(":")[1])


async def all_told(house: House) -> int:
    """Wait until every event has been told by the workers; gives how many there are."""
    async with asyncio.timeout(60), opened(house.url):
        while await OutboxEvent.exists(delivered_at__isnull=True):
            await asyncio.sleep(0.2)
        events = [event.id for event in await OutboxEvent.all()]
        told = Counter([notice.event_id for notice in await Notification.all()])
        assert told == Counter(events), "each event is told, and told once"
        return len(events)


async def sent(redis_url: str) -> dict[str, list[float]]:
    """Give the moments at which each task was sent, in seconds."""
    found: defaultdict[str, list[float]] = defaultdict(list)
    async with Redis.from_url(redis_url) as redis:
        for number, content in await redis.xrange(STREAM):
            (name,) = [task.name for task in TASKS if f'"{task.name}"'.encode() in content[b"data"]]
            found[name].append(int(number.split(b"-")[0]) / 1000)
    return found


async def test_two_processes_and_two_workers_lose_nothing_and_tell_nothing_twice(house, counted):
    async with house.worker(), house.worker():
        processes = await asyncio.gather(house.start(), house.start())
        async with asyncio.timeout(300), asyncio.TaskGroup() as both:
            for each in processes:
                both.create_task(pay_all(house, each, [house.next_payment() for _ in range(WRITES)]))
        assert len(house.acknowledged) == 2 * WRITES
        events = await all_told(house)
    said = f"2 API processes, {WRITES} writes each, 2 workers; {events} events told once each; "
    counted(said + await check_books(house))
    assert "Traceback" not in house.log.read_text()


async def test_of_two_schedulers_that_start_together_one_sends_and_after_it_is_killed_the_other(house, counted):
    async with house.worker() as one, house.worker() as two:
        first = await leader(house)
        await asyncio.sleep(5)
        assert_nothing_twice(await sent(house.redis_url), at_least=3, leaders=1)
        killed, left = (one, two) if process_of(first) == one.pid else (two, one)
        assert process_of(first) == killed.pid
        killed.kill()
        await killed.wait()
        second = await leader(house, other_than=first)
        assert process_of(second) == left.pid
        await asyncio.sleep(3)
        moments = await sent(house.redis_url)
    assert_nothing_twice(moments, at_least=5, leaders=2)
    silence = max(later - earlier for name in OFTEN for earlier, later in pairwise(moments[name]))
    assert silence < 2 * SHORTEST_LIFE
    counted(f"{sum(map(len, moments.values()))} tasks sent, none twice; {silence:.1f} s until the other led")


def assert_nothing_twice(moments: dict[str, list[float]], at_least: int, leaders: int) -> None:
    """A task that is done all the time comes in its time; one that is done seldom, as each leader begins."""
    assert moments.keys() == {task.name for task in TASKS}
    for task in TASKS:
        times = moments[task.name]
        if task.name in OFTEN:
            gaps = [later - earlier for earlier, later in pairwise(times)]
            assert len(times) >= at_least
            assert min(gaps) > task.every_seconds / 2, (task.name, gaps)
        else:
            assert len(times) == leaders, (task.name, times)


async def test_redis_gone_and_back_with_nothing_in_it_loses_nothing(house, redis_server, counted):
    async with house.worker(), house.worker():
        await leader(house)
        process = await house.start()
        await pay_all(house, process, [house.next_payment() for _ in range(50)])
        redis_server.kill()
        await pay_all(house, process, [house.next_payment() for _ in range(50)])
        await asyncio.sleep(15)
        redis_server.start()
        events = await all_told(house)
    log = house.log.read_text()
    assert 2 <= log.count("cannot be used") <= 4, "each worker says it once, and the one that leads once more"
    counted(f"Redis away for 15 s during 100 payments; {events} events told once each; " + await check_books(house))
