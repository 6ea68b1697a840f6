"""Tasks over a real Redis: that which comes, that which is lost with it, and what is left behind."""

import asyncio
import contextlib
import logging
import secrets

import pytest
from redis.asyncio import Redis
from taskiq.exceptions import SendTaskError

from jobs import background, streams
from jobs.streams import Streams


class Worker:
    """A broker, what it sends, and what was done of that."""

    def __init__(self, url: str, stream: str, name: str) -> None:
        self.stop = asyncio.Event()
        self.broker = Streams(url, name, self.stop, stream)
        self.broker.is_worker_process = True
        self.done: list[int] = []

        async def do(number: int) -> None:
            self.done.append(number)

        self.sender = self.broker.register_task(do, task_name="count")

    async def has_done(self, *numbers: int) -> None:
        async with asyncio.timeout(20):
            while not set(numbers) <= set(self.done):
                await asyncio.sleep(0.01)


@contextlib.asynccontextmanager
async def working(url: str, stream: str, name: str = "worker"):
    worker = Worker(url, stream, name)
    await worker.broker.startup()
    listening = asyncio.create_task(background._receiver(worker.broker, 5).listen(worker.stop))
    try:
        yield worker
    finally:
        worker.stop.set()
        async with asyncio.timeout(10):
            await listening
        await worker.broker.shutdown()


@pytest.fixture
async def redis(redis_url):
    async with Redis.from_url(redis_url) as client:
        yield client


@pytest.fixture
async def stream(redis):
    name = f"goodterms:test:{secrets.token_hex(8)}"
    yield name
    await redis.delete(name)


async def test_a_task_is_done_once_by_one_of_the_workers_and_leaves_nothing_pending(redis_url, redis, stream):
    async with working(redis_url, stream, "one") as one, working(redis_url, stream, "two") as two:
        for number in range(50):
            await one.sender.kiq(number)
        async with asyncio.timeout(20):
            while len(one.done + two.done) < 50:
                await asyncio.sleep(0.01)
        await asyncio.sleep(0.1)
        assert sorted(one.done + two.done) == list(range(50))
        assert (await redis.xpending(stream, "workers"))["pending"] == 0
        assert {row["name"] for row in await redis.xinfo_consumers(stream, "workers")} == {b"one", b"two"}
    assert await redis.xinfo_consumers(stream, "workers") == [], "who leaves is taken off the list"


async def test_what_was_sent_before_the_first_worker_came_is_done(redis_url, stream):
    early = Worker(redis_url, stream, "early")
    await early.sender.kiq(1)
    async with working(redis_url, stream) as worker:
        await worker.has_done(1)
    await early.broker.shutdown()


async def test_a_stream_that_nobody_reads_stays_short(redis_url, redis, stream, monkeypatch):
    monkeypatch.setattr(streams, "LONGEST_STREAM", 100)
    alone = Worker(redis_url, stream, "alone")
    for number in range(500):
        await alone.sender.kiq(number)
    assert await redis.xlen(stream) < 300
    await alone.broker.shutdown()


async def test_what_a_dead_worker_had_begun_is_given_to_another(redis_url, redis, stream, monkeypatch):
    monkeypatch.setattr(streams, "TAKEN_OVER_AFTER_MILLISECONDS", 50)
    dead = Worker(redis_url, stream, "dead")
    await dead.sender.kiq(1)
    await dead.broker.startup()
    await redis.xreadgroup("workers", "dead", {stream: ">"})
    await asyncio.sleep(0.1)
    async with working(redis_url, stream) as worker:
        await worker.sender.kiq(2)
        await worker.has_done(1, 2)
        await asyncio.sleep(0.1)
        assert (await redis.xpending(stream, "workers"))["pending"] == 0
    await dead.broker.connection_pool.disconnect()


async def test_workers_that_ended_without_a_word_are_forgotten_in_the_end(redis_url, redis, stream, monkeypatch):
    await redis.xgroup_create(stream, "workers", id="0", mkstream=True)
    await redis.xgroup_createconsumer(stream, "workers", "dead")
    async with working(redis_url, stream) as worker:
        await worker.sender.kiq(1)
        await worker.has_done(1)
        assert len(await redis.xinfo_consumers(stream, "workers")) == 2, "an hour is not over"
    await asyncio.sleep(0.05)
    monkeypatch.setattr(streams, "FORGOTTEN_AFTER_MILLISECONDS", 20)
    async with working(redis_url, stream) as worker:
        await worker.sender.kiq(2)
        await worker.has_done(2)
        assert [row["name"] for row in await redis.xinfo_consumers(stream, "workers")] == [b"worker"]


async def test_a_lost_redis_is_logged_once_and_worked_with_again_when_it_is_back_and_empty(redis_server, caplog):
    async with working(redis_server.url, "stream") as worker:
        await worker.sender.kiq(1)
        await worker.has_done(1)
        redis_server.kill()
        async with asyncio.timeout(20):
            while worker.broker._outage._tries < 4:
                await asyncio.sleep(0.02)
        with pytest.raises(SendTaskError):
            await worker.sender.kiq(2)
        redis_server.start()
        await worker.sender.kiq(3)
        await worker.has_done(3)
    assert caplog.text.count("Redis cannot be used") == 1
    assert caplog.text.count("Redis is back") == 1
    assert [record.name for record in caplog.records if record.levelno >= logging.ERROR] == ["goodterms.streams"]


async def test_a_worker_starts_and_stops_while_redis_is_away(redis_server):
    redis_server.kill()
    async with working(redis_server.url, "stream") as worker:
        await asyncio.sleep(0.3)
        redis_server.start()
        await worker.sender.kiq(1)
        await worker.has_done(1)
        redis_server.kill()
        await asyncio.sleep(0.1)
