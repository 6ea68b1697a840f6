import asyncio
import logging
from datetime import timedelta

import pytest
from taskiq import InMemoryBroker

import notifications
from jobs import tasks
from jobs.tasks import TASKS, Runner, Task, register
from models import Heartbeat
from tests import make


class Door:
    """Work that waits until it is let go on."""

    def __init__(self) -> None:
        self.began = self.ended = 0
        self.open = asyncio.Event()

    async def work(self, clock, stop) -> int:
        self.began += 1
        await self.open.wait()
        self.ended += 1
        return 0


@pytest.fixture
async def runner(db) -> Runner:
    return Runner(make.clock, "this worker", asyncio.Event())


async def started(runner: Runner, task: Task) -> asyncio.Task[None]:
    running = asyncio.create_task(runner.run(task))
    await asyncio.sleep(0)
    return running


async def test_a_task_that_comes_while_it_is_done_does_nothing(runner):
    door = Door()
    running = await started(runner, Task("knocking", door.work))
    await runner.run(Task("knocking", door.work))
    assert door.began == 1
    assert runner.busy_seconds() > 0
    door.open.set()
    await running
    await runner.run(Task("knocking", door.work))
    assert door.ended == 2
    assert runner.busy_seconds() == 0


async def test_it_goes_on_while_there_is_something_left_to_do(runner):
    left = [3, 2, 1, 0, 7]

    async def work(clock, stop) -> int:
        assert clock is make.clock
        return left.pop(0)

    await runner.run(Task("counting", work))
    assert left == [7]


async def test_what_fails_is_logged_and_left_alone_for_a_while_and_holds_up_nothing_else(runner, monkeypatch, caplog):
    tries = []

    async def fail(clock, stop) -> int:
        tries.append(1)
        raise RuntimeError("the provider is away")

    for _ in range(3):
        await runner.run(Task("failing", fail))
    assert len(tries) == 1
    assert caplog.text.count("failing failed") == 1
    assert not await Heartbeat.exists(name="failing"), "what fails has not been done"
    door = Door()
    door.open.set()
    await runner.run(Task("another", door.work))
    assert door.ended == 1
    monkeypatch.setattr(tasks, "REST_AFTER_FAILURE_SECONDS", 0)
    again = Runner(make.clock, "another worker", asyncio.Event())
    for _ in range(2):
        await again.run(Task("failing", fail))
    assert len(tries) == 3


async def test_what_was_begun_is_finished_before_the_end_and_nothing_more_is_begun(runner):
    door, stop = Door(), runner._stop
    running = await started(runner, Task("knocking", door.work))
    stop.set()
    finishing = asyncio.create_task(runner.finish(10))
    await runner.run(Task("another", door.work))
    assert not finishing.done()
    door.open.set()
    await finishing
    assert (door.began, door.ended) == (1, 1)
    await running


async def test_the_rest_of_a_long_list_is_left_to_the_next_worker(runner):
    done = []

    async def work(clock, stop) -> int:
        done.append(1)
        runner._stop.set()
        return 100

    await runner.run(Task("a long list", work))
    assert len(done) == 1


async def test_what_takes_too_long_to_stop_is_broken_off(runner, caplog):
    door = Door()
    running = await started(runner, Task("knocking", door.work))
    runner._stop.set()
    await runner.finish(0.01)
    assert running.done()
    assert door.ended == 0
    assert "knocking took too long to stop" in caplog.text


async def test_a_worker_writes_down_what_it_has_done_now_and_then(runner, monkeypatch):
    assert await tasks.last_done_at() is None
    for task in TASKS:
        await runner._beat(task.name)
    first = make.clock.now()
    make.clock.moment += timedelta(seconds=1)
    await runner._beat("outbox")
    assert {beat.at for beat in await Heartbeat.all()} == {first}, "not each time"
    monkeypatch.setattr(tasks, "BEAT_SECONDS", 0)
    await runner._beat("outbox")
    beat = await Heartbeat.get(name="outbox")
    assert (beat.at, beat.worker) == (make.clock.now(), "this worker")
    assert await tasks.last_done_at() == first, "the one that is furthest behind counts"
    await Heartbeat.create(
        name="a task of the past", worker="w", at=make.clock.now().replace(year=2020), created_at=first
    )
    assert await tasks.last_done_at() == first


async def test_every_task_can_be_sent_by_its_name(runner, caplog):
    notifications.configure(notifications.NotificationSettings())
    broker = InMemoryBroker(await_inplace=True)
    senders = register(broker, runner)
    assert senders.keys() == {task.name for task in TASKS}
    with caplog.at_level(logging.WARNING):
        await senders["outbox"].kiq()
    assert caplog.text == ""
    assert [beat.name for beat in await Heartbeat.all()] == ["outbox"]


async def test_what_is_done_once_an_hour_does_not_look_like_workers_that_stand_still(runner):
    for task in TASKS:
        await runner._beat(task.name)
    await Heartbeat.filter(name="silent addresses").update(at=make.clock.now() - timedelta(minutes=50))
    assert await tasks.last_done_at() == make.clock.now()
