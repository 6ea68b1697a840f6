"""News as it happens: whoever waits for news of something is woken, in this process and in the others.

A wake-up carries nothing but its topic, such as `inbox:12`. The truth is in the rows, which whoever is woken reads again:
one wake-up too many does no harm, and several become one.
"""

import asyncio
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import Literal

Area = Literal["inbox", "application", "conversation"]
"""What there may be news of: a customer's inbox or conversation, by the customer's id; an application, by its own."""


def topic(area: Area, key: int) -> str:
    """Name what somebody waits for news of."""
    return f"{area}:{key}"


class Listener:
    """Somebody who waits for news of one topic. Of any number of wake-ups, one is kept for him."""

    def __init__(self) -> None:
        self._is_woken = asyncio.Event()

    def wake(self) -> None:
        """Have him look, now or as soon as he waits again."""
        self._is_woken.set()

    async def woken(self, patience_seconds: float) -> None:
        """Wait for a wake-up; for so long, and no longer."""
        with suppress(TimeoutError):
            async with asyncio.timeout(patience_seconds):
                await self._is_woken.wait()
        self._is_woken.clear()


class Hub:
    """Who waits for what in one process."""

    def __init__(self) -> None:
        self._listeners: dict[str, set[Listener]] = {}
        self.tell_others: Callable[[Iterable[str]], None] | None = None
        """Passes topics on to the other processes, at once and without fail; None where there are no others."""

    def wake(self, area: Area, keys: Iterable[int]) -> None:
        """Wake whoever waits for news of these, here and elsewhere. Call it after the commit: it takes no time, and raises nothing."""
        topics = [topic(area, key) for key in keys]
        self.wake_here(topics)
        if self.tell_others is not None:
            self.tell_others(topics)

    def wake_here(self, topics: Iterable[str]) -> None:
        """Wake whoever waits in this process for news of these topics."""
        for each in topics:
            for listener in self._listeners.get(each, ()):
                listener.wake()

    def wake_everybody_here(self) -> None:
        """Wake all who wait in this process: what there is news of was not heard."""
        self.wake_here(list(self._listeners))

    @contextmanager
    def listening(self, to: str) -> Iterator[Listener]:
        """Wait for news of a topic, for the block."""
        listener = Listener()
        self._listeners.setdefault(to, set()).add(listener)
        try:
            yield listener
        finally:
            others = self._listeners[to]
            others.discard(listener)
            if not others:
                del self._listeners[to]

    def count(self) -> int:
        """Say how many wait in this process."""
        return sum(map(len, self._listeners.values()))


hub = Hub()
"""That of this process."""
wake = hub.wake
listening = hub.listening
