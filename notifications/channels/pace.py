"""How fast messages go: slowly at first, then up to a set rate."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

CATCHING_UP_SECONDS = 0.1
"""How much lateness is made up for: a loop wakes late, and the rate is kept all the same."""


@dataclass(frozen=True)
class Ramp:
    """A rate that grows evenly. Providers take a crowd that comes at once for an attack."""

    slowest: float
    """Messages a second at the beginning."""
    fastest: float
    seconds: float = 60.0
    """How long it takes from the one to the other; Google asks for no less than a minute."""

    def rate_after(self, seconds: float) -> float:
        """Give the messages a second, so long after the beginning."""
        share = min(max(seconds, 0.0) / self.seconds, 1.0) if self.seconds else 1.0
        return self.slowest + (self.fastest - self.slowest) * share


def ramp_to(rate: float) -> Ramp:
    """Give the ramp that suits most: from a twentieth of the rate, within a minute."""
    return Ramp(slowest=max(rate / 20, min(rate, 1.0)), fastest=rate)


class RateLimiter:
    """Paces all that share it, in one event loop, and begins slowly anew when nothing went for as long as the ramp takes."""

    def __init__(
        self,
        ramp: Ramp,
        *,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._ramp = ramp
        self._monotonic = monotonic
        self._sleep = sleep
        self._began_at: float | None = None
        self._turn_at = 0.0
        """When the last one that was let go had its turn."""

    @property
    def rate(self) -> float:
        """How many messages a second may go now."""
        now = self._monotonic()
        return self._ramp.rate_after(now - self._beginning(now))

    async def turn(self) -> None:
        """Wait until one more may go."""
        now = self._monotonic()
        self._began_at = self._beginning(now)
        self._turn_at = max(self._turn_at + 1 / self._ramp.rate_after(now - self._began_at), now - CATCHING_UP_SECONDS)
        if (wait := self._turn_at - now) > 0:
            await self._sleep(wait)

    def begin_anew(self) -> None:
        """Be slow again: who was away is not to be met by a storm."""
        self._began_at = None

    def _beginning(self, now: float) -> float:
        is_idle = now - self._turn_at > self._ramp.seconds
        return now if self._began_at is None or is_idle else self._began_at
