import asyncio
from datetime import timedelta

from jobs import leases
from models import Heartbeat, Lease
from tests import make

LASTS = timedelta(seconds=10)


async def take(holder: str) -> bool:
    return await leases.take("scheduler", holder, make.clock.now(), LASTS)


async def test_of_many_that_ask_at_once_one_gets_the_lease(db):
    for _ in range(2):
        got = await asyncio.gather(*(take(f"process {number}") for number in range(8)))
        assert got.count(True) == 1
        assert (await Lease.get()).holder == f"process {got.index(True)}"
        make.clock.moment += LASTS


async def test_a_holder_keeps_his_lease_for_as_long_as_he_says_so(db):
    for _ in range(3):
        assert await take("first")
        assert not await take("second")
        make.clock.moment += LASTS - timedelta(seconds=1)
    assert (await Lease.get()).holder == "first"


async def test_the_lease_of_one_who_fell_silent_is_free_when_its_time_is_over(db):
    assert await take("first")
    make.clock.moment += LASTS - timedelta(microseconds=1)
    assert not await take("second")
    make.clock.moment += timedelta(microseconds=1)
    assert await take("second")
    assert not await take("first")


async def test_a_lease_given_back_is_free_at_once_and_nobody_gives_back_anothers(db):
    assert await take("first")
    await leases.give_back("scheduler", "second", make.clock.now())
    assert not await take("second")
    await leases.give_back("scheduler", "first", make.clock.now())
    assert await take("second")


async def test_leases_of_two_names_are_two(db):
    assert await take("first")
    assert await leases.take("something else", "second", make.clock.now(), LASTS)


async def test_a_task_has_one_heartbeat_however_many_workers_there_are(db):
    await asyncio.gather(*(leases.beat("outbox", f"worker {number}", make.clock.now()) for number in range(8)))
    make.clock.moment += LASTS
    await leases.beat("outbox", "another", make.clock.now())
    (beat,) = await Heartbeat.all()
    assert (beat.worker, beat.at) == ("another", make.clock.now())


def test_no_two_processes_are_of_one_name_and_each_fits_its_column():
    names = {leases.name_of_this_process() for _ in range(100)}
    assert len(names) == 100
    assert max(map(len, names)) <= 100
