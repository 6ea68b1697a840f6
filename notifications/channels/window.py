"""Sending many messages: a sliding window of those on their way, which waits for no slowest one."""

import asyncio
import contextlib
import logging
import time
from collections import Counter
from collections.abc import Awaitable, Callable

from models.database.shielded import to_the_end
from notifications.channels.interface import Outcome, Outgoing, Result
from notifications.channels.lanes import Lane, Passage

Claim = Callable[[int], Awaitable[list[Outgoing]]]
"""Takes at most so many messages for a while; an empty list if none is due."""
Record = Callable[[list[tuple[Outgoing, Result]]], Awaitable[None]]
"""Writes down what became of messages, all of them or none; doing it twice must be harmless."""

GROUP = 500
"""How many results are recorded at once, at most."""
MOMENT_SECONDS = 0.5
"""How long a result waits for others to be recorded with, where they are no group yet."""
WINDOWS_A_CLAIM = 5
"""How many windows full are claimed at once, at most: each claim is two statements."""
MOST_UNRECORDED = 4 * GROUP
"""Nothing more goes while so many results wait: they are all that a crash can lose."""
HELD_SECONDS = 5.0
"""How long a claimed message waits for its turn at most, as far as the pace decides: its lease goes on meanwhile."""
LOOKING_SECONDS = 0.25
"""How long after nothing was due somebody looks again, while messages are still on their way."""
RECORDING_PAUSES_SECONDS = (0.5, 1.0, 2.0, 4.0)
"""How long to wait before results that could not be recorded are recorded again."""

logger = logging.getLogger("goodterms.lanes")


async def send_all(lane: Lane, *, claim: Claim, record: Record, stop: asyncio.Event) -> Counter[Outcome]:
    """Send what is due until nothing is, the lane is paused, or `stop` is set; gives the results by their outcome.

    What is on its way is waited for and recorded, whatever ends it. Only a cancellation gives up messages on their way,
    of which nobody knows whether they were taken, and those not begun: they are nobody's until their lease ends, and go once
    more. Else everything claimed is recorded, what was not sent with the detail NOT_SENT; recording that must put it off, or
    it is claimed again at once. What `claim` raises, and `record` time after time, is raised.
    """
    return await _Run(lane, claim, record, stop).to_its_end()


class _Run:
    """One sending."""

    def __init__(self, lane: Lane, claim: Claim, record: Record, stop: asyncio.Event) -> None:
        self._lane = lane
        self._claim = claim
        self._record = record
        self._stop = stop
        self._flying: set[asyncio.Task[None]] = set()
        self._results: list[tuple[Outgoing, Result]] = []
        self._moved = asyncio.Event()
        """Something came to an end, or is to."""
        self._came = asyncio.Event()
        """There are results, or there will be no more."""
        self._are_enough = asyncio.Event()
        """There is a group of them, or there will be no more."""
        self._is_over = False
        self._outcomes: Counter[Outcome] = Counter()
        self._recorder = asyncio.create_task(self._keep_recording())
        self._recorder.add_done_callback(lambda _: self._moved.set())

    async def to_its_end(self) -> Counter[Outcome]:
        watcher = asyncio.create_task(self._watch())
        try:
            await self._feed_and_land()
        finally:
            watcher.cancel()
            await to_the_end(self._close())
        return self._outcomes

    @property
    def _is_to_end(self) -> bool:
        return self._stop.is_set() or self._recorder.done()

    async def _watch(self) -> None:
        await self._stop.wait()
        self._moved.set()

    async def _close(self) -> None:
        """Give up what is still on its way, and record what was answered."""
        for task in self._flying:
            task.cancel()
        await self._land()
        self._is_over = True
        self._came.set()
        self._are_enough.set()
        await self._recorder

    async def _feed_and_land(self) -> None:
        try:
            await self._feed()
        except Exception:
            await self._land()
            raise
        await self._land()

    async def _land(self) -> None:
        """Wait for all that is on its way."""
        while self._flying:
            await self._wait()

    async def _feed(self) -> None:
        """Claim and send until there is nothing to do."""
        while not self._is_to_end:
            if not self._lane.lets_pass:
                if not self._flying:
                    return
                await self._wait(self._lane.pause_seconds or None)
            elif messages := await self._claim(self._room()):
                await self._launch(messages)
            elif self._flying:
                await self._wait_for_more()
            else:
                return

    def _room(self) -> int:
        """Say how many to claim: what goes soon, and no more."""
        if self._lane.is_down:
            return 1
        return max(1, min(WINDOWS_A_CLAIM * self._lane.window, int(self._lane.pace.rate * HELD_SECONDS)))

    async def _launch(self, messages: list[Outgoing]) -> None:
        """Send each as soon as it may go; hand back the rest where the lane is paused or told to stop."""
        for position, message in enumerate(messages):
            if not await self._is_its_turn():
                held_back = self._lane.held_back()
                for rest in messages[position:]:
                    self._keep(rest, held_back)
                return
            passage = self._lane.enter(message)
            if isinstance(passage, Result):
                self._keep(message, passage)
                continue
            task = asyncio.create_task(self._send(message, passage))
            self._flying.add(task)
            task.add_done_callback(self._landed)

    async def _is_its_turn(self) -> bool:
        """Wait for room in the window and in time; False if nothing may go."""
        while len(self._flying) >= self._lane.window or len(self._results) >= MOST_UNRECORDED:
            if self._is_to_end or not self._lane.lets_pass:
                return False
            await self._wait()
        if self._is_to_end or not self._lane.lets_pass:
            return False
        await self._lane.pace.turn()
        return self._lane.lets_pass and not self._is_to_end

    async def _send(self, message: Outgoing, passage: Passage) -> None:
        result: Result | None = None
        try:
            result = await self._lane.sender.send(message)
        except Exception as problem:  # A mistake of ours: the others go on.
            logger.exception("delivery %s could not be sent", message.delivery_id)
            result = Result(Outcome.TRY_LATER, detail=type(problem).__name__)
        finally:
            passage.ends(result)
        self._keep(message, result)

    def _landed(self, task: asyncio.Task[None]) -> None:
        self._flying.discard(task)
        self._moved.set()

    def _keep(self, message: Outgoing, result: Result) -> None:
        self._results.append((message, result))
        self._came.set()
        if len(self._results) >= GROUP:
            self._are_enough.set()

    async def _keep_recording(self) -> None:
        """Record results in groups, while there are any and until there will be no more."""
        while not self._is_over or self._results:
            await self._came.wait()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(MOMENT_SECONDS):
                    await self._are_enough.wait()
            self._came.clear()
            self._are_enough.clear()
            while self._results:
                group = self._results[:GROUP]
                await self._record_surely(group)
                del self._results[: len(group)]
                self._outcomes.update(result.outcome for _, result in group)
                self._moved.set()
            if self._is_over:
                return

    async def _record_surely(self, group: list[tuple[Outgoing, Result]]) -> None:
        for pause in RECORDING_PAUSES_SECONDS:
            try:
                await self._record(group)
            except Exception:
                logger.exception("%s results are not recorded yet", len(group))
                await asyncio.sleep(pause)
            else:
                return
        await self._record(group)

    async def _wait_for_more(self) -> None:
        until = time.monotonic() + LOOKING_SECONDS
        while self._flying and not self._is_to_end and (left := until - time.monotonic()) > 0:
            await self._wait(left)

    async def _wait(self, seconds: float | None = None) -> None:
        """Wait until something came to an end, or for a while."""
        self._moved.clear()
        if seconds is None:
            await self._moved.wait()
            return
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._moved.wait()
