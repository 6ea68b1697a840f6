"""Wake-ups between processes over a real Redis: that which is heard, and that which is made up for when Redis was away."""

import asyncio
import os
import signal
import time
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
from redis.asyncio import Redis

from jobs import outages, wake_ups
from jobs.wake_ups import MOST_WAITING, told_to_others
from notifications.live import Hub, Listener


@dataclass
class Process:
    """One end, as a process has it."""

    hub: Hub = field(default_factory=Hub)

    async def is_woken(self, listener: Listener, seconds: float = 20) -> bool:
        """Say whether a wake-up comes within some time; takes it."""
        try:
            async with asyncio.timeout(seconds):
                await listener._is_woken.wait()
        except TimeoutError:
            return False
        await listener.woken(1)
        return True


@asynccontextmanager
async def process(url: str, *, hears: bool = True):
    made = Process()
    async with told_to_others(url, hears=hears, of=made.hub):
        if hears:
            with made.hub.listening("nothing") as listener:  # All are woken once it hears.
                assert await made.is_woken(listener)
        yield made


@pytest.fixture(autouse=True)
def _soon(monkeypatch) -> None:
    monkeypatch.setattr(outages, "LONGEST_PAUSE_SECONDS", 0.2)


async def test_what_happens_in_one_process_wakes_who_waits_in_the_others(redis_server):
    async with process(redis_server.url) as one, process(redis_server.url) as two, process(redis_server.url) as three:
        with two.hub.listening("inbox:7") as second, three.hub.listening("inbox:8") as third:
            one.hub.wake("inbox", [7])
            assert await two.is_woken(second)
            assert not await three.is_woken(third, 0.1)


async def test_one_that_only_tells_does_not_listen(redis_server):
    async with process(redis_server.url, hears=False) as worker, process(redis_server.url) as server:
        with server.hub.listening("inbox:7") as listener, worker.hub.listening("inbox:7") as deaf:
            worker.hub.wake("inbox", [7])
            assert await worker.is_woken(deaf, 0.1), "in the same process it needs no Redis"
            assert await server.is_woken(listener)
            server.hub.wake("inbox", [7])
            assert not await worker.is_woken(deaf, 0.1)


async def test_what_one_says_oneself_is_not_heard_twice(redis_server):
    async with process(redis_server.url) as one, process(redis_server.url) as two:
        with one.hub.listening("inbox:7") as mine, two.hub.listening("inbox:7") as theirs:
            one.hub.wake("inbox", [7])
            assert await one.is_woken(mine)
            assert await two.is_woken(theirs)
            assert not await one.is_woken(mine, 0.1)


async def test_houses_with_different_numbers_do_not_hear_each_other(redis_server):
    other = redis_server.url.removesuffix("/0") + "/1"
    async with process(redis_server.url) as ours, process(other) as theirs:
        with theirs.hub.listening("inbox:7") as listener:
            ours.hub.wake("inbox", [7])
            assert not await theirs.is_woken(listener, 0.1)


async def test_more_than_can_be_told_one_by_one_becomes_everything(redis_server):
    async with process(redis_server.url) as one, process(redis_server.url) as two:
        with two.hub.listening("application:1") as listener:
            one.hub.wake("inbox", range(MOST_WAITING))
            assert not await two.is_woken(listener, 0.1)
            one.hub.wake("inbox", range(MOST_WAITING + 1))
            assert await two.is_woken(listener)


async def said(caplog, words: str, times: int = 1) -> None:
    async with asyncio.timeout(20):
        while caplog.text.count(words) < times:
            await asyncio.sleep(0.01)


async def test_what_was_not_heard_while_redis_was_away_is_made_up_for_when_it_is_back(redis_server, caplog):
    async with process(redis_server.url) as one:
        with one.hub.listening("inbox:7") as listener:
            redis_server.kill()
            await said(caplog, "cannot be used")
            await asyncio.sleep(0.5)
            assert not await one.is_woken(listener, 0)
            redis_server.start()
            assert await one.is_woken(listener)
            await said(caplog, "is back")
    assert caplog.text.count("cannot be used") == 1, "it is said once"


async def test_what_could_not_be_told_is_made_up_for_when_it_can(redis_server, caplog):
    async with process(redis_server.url) as one, process(redis_server.url, hears=False) as worker:
        with one.hub.listening("inbox:7") as listener:
            async with Redis.from_url(redis_server.url) as administrator:
                await administrator.execute_command("ACL SETUSER default -publish")
                for number in range(100_000):
                    worker.hub.wake("application", [number])  # Nobody waits for Redis.
                await said(caplog, "cannot be used")
                assert not await one.is_woken(listener, 0.5)
                await administrator.execute_command("ACL SETUSER default +publish")
            assert await one.is_woken(listener), "what there is news of is forgotten: it may be this"
            await said(caplog, "is back")
            worker.hub.wake("inbox", [7])
            assert await one.is_woken(listener)
    assert caplog.text.count("cannot be used") == 1


async def test_a_redis_that_falls_silent_is_left_and_found_again(redis_server, monkeypatch, caplog):
    monkeypatch.setattr(wake_ups, "QUIET_SECONDS", 0.1)
    monkeypatch.setattr(wake_ups, "ANSWER_SECONDS", 0.2)
    async with process(redis_server.url) as one:
        await asyncio.sleep(0.5)
        assert caplog.text == "", "a Redis with nothing to say is asked, and answers"
        with one.hub.listening("inbox:7") as listener:
            os.kill(redis_server._running.pid, signal.SIGSTOP)
            async with asyncio.timeout(20):
                while "cannot be used" not in caplog.text:
                    await asyncio.sleep(0.01)
            os.kill(redis_server._running.pid, signal.SIGCONT)
            assert await one.is_woken(listener)


async def test_a_process_starts_and_ends_without_redis(redis_server):
    redis_server.kill()
    hub = Hub()
    async with told_to_others(redis_server.url, hears=True, of=hub):
        hub.wake("inbox", [7])
        began = time.monotonic()
    assert hub.tell_others is None
    assert time.monotonic() - began < 10, "it does not hang"


async def test_what_is_said_last_is_told_before_a_process_ends(redis_server):
    async with process(redis_server.url) as one:
        with one.hub.listening("inbox:7") as listener:
            async with process(redis_server.url, hears=False) as worker:
                worker.hub.wake("inbox", [7])
            assert await one.is_woken(listener)


async def test_what_makes_no_sense_on_the_channel_wakes_nobody_and_ends_nothing(redis_server):
    async with process(redis_server.url) as one, process(redis_server.url) as two:
        client = wake_ups.WakeUps(redis_server.url, Hub())
        with one.hub.listening("inbox:7") as listener:
            for message in (b"", b"\xff\xfe", b"  ", b"me inbox:x inbox: :7 nonsense"):
                await client._redis.publish(client._channel, message)
            assert not await one.is_woken(listener, 0.1)
            two.hub.wake("inbox", [7])
            assert await one.is_woken(listener)
        await client.close()
