"""Wake-ups between processes, over one channel of Redis: each tells the others what there is news of.

Redis keeps none of them. Whoever could not tell says "everything" when Redis is back; whoever could not hear wakes
everybody then. So what was missed is read, if later.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack, asynccontextmanager, suppress

from redis.asyncio import Redis
from redis.asyncio.client import PubSub
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as ConnectionLost
from redis.exceptions import RedisError

from jobs.leases import name_of_this_process
from jobs.outages import Outage
from notifications.live import Hub, hub

EVERYTHING = "*"
"""Stands for all topics at once."""
MOST_WAITING = 1_000
"""How many topics wait to be told; more become "everything"."""
ANSWER_SECONDS = 5.0
"""How long Redis may take to answer."""
QUIET_SECONDS = 10.0
"""After how long without a word Redis is asked whether it is still there."""
LAST_SECONDS = 1.0
"""How long what still waits to be told may hold up the end of a process."""

logger = logging.getLogger("goodterms.live")


class WakeUps:
    """What one process tells the others, and hears from them."""

    def __init__(self, url: str, of: Hub) -> None:
        self._hub = of
        self._me = name_of_this_process()
        self._redis = Redis.from_url(
            url,
            socket_timeout=ANSWER_SECONDS,
            socket_connect_timeout=ANSWER_SECONDS,
            retry=Retry(NoBackoff(), 1),  # A pooled connection may be a dead one; the rest is waited for here.
        )
        # A channel, unlike a key, is not divided by the number after the slash: what is one house's is named by it.
        self._channel = f"goodterms:live:{self._redis.connection_pool.connection_kwargs.get('db', 0)}"
        self._waiting: dict[str, None] = {}
        self._is_due = asyncio.Event()
        self._outage = Outage("Redis, for what happens in other processes,", logger)

    def tell(self, topics: Iterable[str]) -> None:
        """Have the other processes told soon. Takes no time, and never fails."""
        self._waiting.update(dict.fromkeys(topics))
        if len(self._waiting) > MOST_WAITING or EVERYTHING in self._waiting:
            self._waiting = {EVERYTHING: None}
        self._is_due.set()

    async def telling(self) -> None:
        """Tell what waits to be told, for ever."""
        while True:
            await self._is_due.wait()
            try:
                await self.tell_now()
            except (RedisError, OSError) as problem:
                await asyncio.sleep(self._outage.goes_on(problem))
            else:
                self._outage.is_over()

    async def tell_now(self) -> None:
        """Tell all that waits, in one message; what cannot be told leaves "everything" to tell."""
        self._is_due.clear()
        topics, self._waiting = self._waiting, {}
        if not topics:
            return
        try:
            await self._redis.publish(self._channel, " ".join((self._me, *topics)))
        except BaseException:
            self.tell((EVERYTHING,))
            raise

    async def hearing(self) -> None:
        """Wake whoever waits for what others tell, for ever."""
        while True:
            try:
                async with self._redis.pubsub() as heard:
                    await heard.subscribe(self._channel)
                    await self._hear(heard)
            except (RedisError, OSError) as problem:
                await asyncio.sleep(self._outage.goes_on(problem))

    async def _hear(self, heard: PubSub) -> None:
        """Pass on what comes. Raises where Redis is gone, also without a word."""
        is_asked = False
        while True:
            message = await heard.get_message(timeout=QUIET_SECONDS)
            if message is None:
                if is_asked:
                    raise ConnectionLost("Redis has fallen silent")
                await heard.ping()
            elif message["type"] == "subscribe":  # Now, or again: what was said before was not heard.
                self._outage.is_over()
                self._hub.wake_everybody_here()
            elif message["type"] == "message":
                self._pass_on(message["data"])
            is_asked = message is None

    def _pass_on(self, message: bytes) -> None:
        teller, *topics = message.decode(errors="replace").split(" ")
        if teller == self._me:
            return
        if EVERYTHING in topics:
            self._hub.wake_everybody_here()
        else:
            self._hub.wake_here(topics)

    async def close(self) -> None:
        """Tell what still waits, if that takes no time, and hang up."""
        with suppress(RedisError, OSError, TimeoutError):
            async with asyncio.timeout(LAST_SECONDS):
                await self.tell_now()
        await self._redis.aclose()


@asynccontextmanager
async def told_to_others(redis_url: str, *, hears: bool, of: Hub = hub) -> AsyncIterator[None]:
    """Tell the other processes what happens in this one, for the block; `hears`: and wake who waits here for what happens there."""
    async with AsyncExitStack() as ended:
        wake_ups = WakeUps(redis_url, of)
        ended.push_async_callback(wake_ups.close)
        for work in (wake_ups.telling, wake_ups.hearing) if hears else (wake_ups.telling,):
            ended.push_async_callback(_stopped, asyncio.create_task(work()))
        of.tell_others = wake_ups.tell
        ended.callback(setattr, of, "tell_others", None)
        yield


async def _stopped(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.wait({task})
