"""Who waits for news is woken: of that, here and elsewhere, and once for many times."""

import asyncio
from contextlib import ExitStack

import pytest

from notifications.live import Hub, topic


async def is_woken(listener) -> bool:
    try:
        async with asyncio.timeout(0.02):
            await listener._is_woken.wait()
    except TimeoutError:
        return False
    await listener.woken(1)
    return True


async def test_those_who_wait_for_it_are_woken_and_no_others():
    hub = Hub()
    with ExitStack() as waiting:
        topics = ("inbox:1", "inbox:1", "inbox:2", "application:1")
        listeners = [waiting.enter_context(hub.listening(each)) for each in topics]
        hub.wake("inbox", [1, 3])
        assert [await is_woken(each) for each in listeners] == [True, True, False, False]


async def test_of_many_wake_ups_one_is_kept():
    hub = Hub()
    with hub.listening(topic("application", 45)) as listener:
        for _ in range(1_000):
            hub.wake("application", [45])
        assert await is_woken(listener)
        assert not await is_woken(listener)


async def test_who_is_not_woken_looks_again_all_the_same():
    with Hub().listening("inbox:1") as listener:
        await listener.woken(0.01)


async def test_nothing_is_left_of_those_who_do_not_wait_any_more():
    hub = Hub()
    for number in range(1_000):
        with pytest.raises(KeyError), hub.listening(f"inbox:{number}"):
            raise KeyError
    hub.wake("inbox", range(1_000))
    assert (hub.count(), hub._listeners) == (0, {})


async def test_the_other_processes_are_told_and_everybody_is_woken_where_it_was_not_heard_of_what():
    hub, told = Hub(), []
    hub.tell_others = told.extend
    hub.wake("inbox", range(3))
    assert told == ["inbox:0", "inbox:1", "inbox:2"]
    with hub.listening("inbox:7") as one, hub.listening("application:7") as other:
        hub.wake_everybody_here()
        assert await is_woken(one)
        assert await is_woken(other)
    assert len(told) == 3
