"""Tasks over Redis Streams, and what keeps them going when Redis is away, or starts anew with nothing in it."""

import asyncio
import logging
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import suppress
from typing import Any

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from taskiq import AckableMessage
from taskiq_redis import RedisStreamBroker

from jobs.outages import Outage

STREAM = "goodterms:tasks"
GROUP = "workers"
LONGEST_STREAM = 1_000
"""About how many tasks are kept; older ones are dropped, for nothing is lost with them."""
BATCH = 10
BLOCK_MILLISECONDS = 1_000
ANSWER_SECONDS = 5.0
"""How long Redis may take to answer; longer than a worker lets it wait for the next task."""
TAKEN_OVER_AFTER_MILLISECONDS = 60_000
"""When a task that a worker has begun, and not ended, is given to another."""
FORGOTTEN_AFTER_MILLISECONDS = 3_600_000
"""When a worker that has asked for nothing since is taken off the list."""

logger = logging.getLogger("goodterms.streams")


class Streams(RedisStreamBroker):
    """The library's broker, whose listening ends at the first lost connection, made to outlive it."""

    def __init__(self, url: str, consumer: str, stop: asyncio.Event, stream: str = STREAM) -> None:
        super().__init__(
            url,
            queue_name=stream,
            consumer_group_name=GROUP,
            consumer_name=consumer,
            consumer_id="0",  # From the start of the stream: what was sent before the first worker came, too.
            maxlen=LONGEST_STREAM,
            max_connection_pool_size=10,
            socket_timeout=ANSWER_SECONDS,
            socket_connect_timeout=ANSWER_SECONDS,
            retry=Retry(NoBackoff(), 1),  # A pooled connection may be a dead one; the rest is waited for here.
        )
        self._redis: Redis = Redis(connection_pool=self.connection_pool)
        self._stop = stop
        self._outage = Outage("Redis", logger)
        self._looked_for_left_at = float("-inf")

    async def startup(self) -> None:
        """Begin, whether Redis is there or not: the group is made when it is listened to."""
        with suppress(RedisError):
            await super().startup()

    async def listen(self) -> AsyncGenerator[AckableMessage, None]:
        """Give the tasks that come, until told to stop; where Redis is away, those that come afterwards."""
        is_member = False
        while not self._stop.is_set():
            try:
                if not is_member:
                    await self._join()
                    is_member = True
                messages = [*await self._left_by_others(), *await self._new()]
            except RedisError as problem:
                is_member = False
                await asyncio.sleep(self._outage.goes_on(problem))
                continue
            self._outage.is_over()
            for number, content in messages:
                yield AckableMessage(data=content[b"data"], ack=self._ack_generator(number, self.queue_name))

    async def shutdown(self) -> None:
        """Leave the group, and close the connections. What was not begun here is sent again by itself."""
        with suppress(RedisError):
            await self._redis.xgroup_delconsumer(self.queue_name, GROUP, self.consumer_name)
        await super().shutdown()

    async def _join(self) -> None:
        """Make the group where it is not there; take workers off its list that ended without a word long ago."""
        await self._declare_consumer_group()
        for consumer in await self._redis.xinfo_consumers(self.queue_name, GROUP):
            if consumer["idle"] > FORGOTTEN_AFTER_MILLISECONDS:
                await self._redis.xgroup_delconsumer(self.queue_name, GROUP, consumer["name"])

    async def _new(self) -> list[Any]:
        """Wait a moment for tasks that nobody has yet."""
        streams: Any = {self.queue_name: ">"}
        read: Any = await self._redis.xreadgroup(
            GROUP, self.consumer_name, streams, count=BATCH, block=BLOCK_MILLISECONDS
        )
        return [message for _, messages in read for message in messages]

    async def _left_by_others(self) -> list[Any]:
        """Take over, now and then, what others have begun and not ended; those that were dropped since are none."""
        moment = time.monotonic()
        if moment - self._looked_for_left_at < TAKEN_OVER_AFTER_MILLISECONDS / 1000:
            return []
        self._looked_for_left_at = moment
        read: Any = await self._redis.xautoclaim(
            self.queue_name, GROUP, self.consumer_name, TAKEN_OVER_AFTER_MILLISECONDS, count=BATCH
        )
        return [message for message in read[1] if message[1]]

    def _ack_generator(self, id: Any, queue_name: str) -> Callable[[], Awaitable[None]]:
        acknowledge = super()._ack_generator(id, queue_name)

        async def ack() -> None:
            with suppress(RedisError):  # It is given to another then, who finds nothing left to do.
                await acknowledge()

        return ack
