import asyncio
import contextlib
from collections import Counter

import pytest
from taskiq.exceptions import SendTaskError

from jobs import leases, scheduler
from jobs.scheduler import LASTS, LEASE, Scheduler
from jobs.tasks import TASKS
from models import Lease
from tests import make

NAMES = [task.name for task in TASKS]
OFTEN = {task.name for task in TASKS if task.every_seconds == 1}
"""Sent each second; the others once, as far as a test waits."""


class Post:
    """Notes who sent what, in place of a broker that would have it done."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, str]] = []
        self.is_away = False

    def senders(self, holder: str):
        return {name: Sender(self, holder, name) for name in NAMES}

    def senders_of(self, number: int) -> set[str]:
        return {holder for holder, _ in self.sent[-number:]}


class Sender:
    def __init__(self, post: Post, holder: str, name: str) -> None:
        self.post, self.holder, self.name = post, holder, name

    async def kiq(self) -> None:
        await asyncio.sleep(0)
        if self.post.is_away:
            raise SendTaskError from ConnectionError("refused")
        self.post.sent.append((self.holder, self.name))


@pytest.fixture
def post() -> Post:
    return Post()


@contextlib.asynccontextmanager
async def scheduling(post: Post, holder: str):
    """Run a scheduler for the block; what it is told by is yielded with it."""
    stop = asyncio.Event()
    made = Scheduler(post.senders(holder), make.clock, holder)
    running = asyncio.create_task(made.run(stop))
    try:
        yield made, stop, running
    finally:
        running.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await running


async def until(true) -> None:
    async with asyncio.timeout(20):
        while not true():
            await asyncio.sleep(0.005)


async def test_two_that_start_together_send_nothing_twice(db, post):
    async with scheduling(post, "one"), scheduling(post, "two"):
        await until(lambda: len(post.sent) >= len(NAMES) + len(OFTEN))
    (leader,) = {holder for holder, _ in post.sent}
    assert leader == (await Lease.get(name=LEASE)).holder
    assert Counter(post.sent[: len(NAMES)]) == Counter((leader, name) for name in NAMES)
    often = [count for (_, name), count in Counter(post.sent).items() if name in OFTEN]
    assert max(often) - min(often) <= 1


async def test_each_task_is_sent_when_it_is_due_and_not_before(db, post):
    async with scheduling(post, "one"):
        await until(lambda: len(post.sent) == len(NAMES))
        await asyncio.sleep(0.5)
        assert len(post.sent) == len(NAMES)
        await until(lambda: len(post.sent) == len(NAMES) + len(OFTEN))


async def test_a_leader_that_stops_lets_another_lead_at_once(db, post, monkeypatch):
    monkeypatch.setattr(scheduler, "RENEWED_AFTER_SECONDS", 0.05)
    async with scheduling(post, "one") as (_, stop, running):
        await until(lambda: len(post.sent) == len(NAMES))
        async with scheduling(post, "two"):
            stop.set()
            await running
            await until(lambda: len(post.sent) == 2 * len(NAMES))
            assert post.senders_of(len(NAMES)) == {"two"}


async def test_a_leader_that_dies_is_followed_when_its_lease_is_over(db, post, monkeypatch):
    monkeypatch.setattr(scheduler, "RENEWED_AFTER_SECONDS", 0.05)
    async with scheduling(post, "one"):
        await until(lambda: len(post.sent) == len(NAMES))
    async with scheduling(post, "two"):
        await asyncio.sleep(0.3)
        assert post.senders_of(len(NAMES)) == {"one"}
        make.clock.moment += LASTS
        await until(lambda: len(post.sent) == 2 * len(NAMES))
        assert post.senders_of(len(NAMES)) == {"two"}


async def test_one_that_could_not_keep_its_lease_sends_no_more(db, post, monkeypatch):
    monkeypatch.setattr(scheduler, "RENEWED_AFTER_SECONDS", 0.05)
    async with scheduling(post, "one") as (made, _, _):
        await until(lambda: len(post.sent) == len(NAMES))
        await Lease.filter(name=LEASE).update(holder="two", until=make.clock.now() + LASTS)
        await until(lambda: not made.leads)
        count = len(post.sent)
        await asyncio.sleep(1.2)
        assert len(post.sent) == count


async def test_one_that_slept_for_longer_than_its_lease_knows_it(db, post):
    made = Scheduler(post.senders("one"), make.clock, "one")
    await made._turn()
    assert made.leads
    made._leads_until -= LASTS.total_seconds()
    assert not made.leads
    post.sent.clear()
    made._due_at = dict.fromkeys(NAMES, float("-inf"))
    await made._send_due()
    assert post.sent == []


async def test_a_lost_broker_is_logged_once_and_sent_to_again_when_it_is_back(db, post, caplog):
    post.is_away = True
    async with scheduling(post, "one") as (made, _, _):
        await until(lambda: made._broker._tries > 3)
        assert post.sent == []
        post.is_away = False
        await until(lambda: len(post.sent) == len(NAMES))
    assert caplog.text.count("the broker of tasks cannot be used") == 1
    assert caplog.text.count("the broker of tasks is back") == 1


async def test_a_lost_database_is_logged_once_and_asked_again(db, post, monkeypatch, caplog):
    take = leases.take

    async def fail(*_):
        raise ConnectionRefusedError

    monkeypatch.setattr(leases, "take", fail)
    async with scheduling(post, "one") as (made, _, _):
        await until(lambda: made._database._tries > 3)
        monkeypatch.setattr(leases, "take", take)
        await until(lambda: len(post.sent) == len(NAMES))
    assert caplog.text.count("the database cannot be used") == 1
    assert caplog.text.count("the database is back") == 1
