"""Gates: closed by what fails, and opened again by one message at a time."""

import random
import time
from collections.abc import Callable


class Gate:
    """Lets messages pass until enough of them in a row fail. Then one goes at a time, after pauses that grow, until one does not."""

    def __init__(
        self,
        *,
        closes_after: int,
        first_pause: float,
        longest_pause: float,
        monotonic: Callable[[], float] = time.monotonic,
        chance: Callable[[], float] = random.random,
    ) -> None:
        """`closes_after` so many failures in a row. A pause is anything up to its length, in seconds, which doubles
        from the first to the longest: whoever was away is not met by all of us at one moment.
        """
        self._closes_after = closes_after
        self._first_pause = first_pause
        self._longest_pause = longest_pause
        self._monotonic = monotonic
        self._chance = chance
        self._failures = 0
        self._tries = 0
        self._is_tried = False
        """Whether the one message that tries it is on its way."""
        self._shut_until = float("-inf")
        self.is_closed = False

    @property
    def lets_pass(self) -> bool:
        """Whether a message may go now."""
        return self.wait_seconds == 0 and not self._is_tried

    @property
    def wait_seconds(self) -> float:
        """How long nothing may go."""
        return max(self._shut_until - self._monotonic(), 0.0)

    def enter(self) -> bool:
        """Let a message pass; gives whether it is the one that tries whether the gate can open."""
        assert self.lets_pass, "nobody goes through a closed gate"
        self._is_tried = self.is_closed
        return self._is_tried

    def leave(self, *, went_well: bool | None, is_trying: bool) -> None:
        """Learn how it went; None where that tells nothing about what is behind the gate."""
        if is_trying:
            self._is_tried = False
        if went_well:
            self._failures = self._tries = 0
            self.is_closed = False
        elif went_well is False:
            self._failures += 1
            if is_trying or (not self.is_closed and self._failures >= self._closes_after):
                self._close()

    def shut_for(self, seconds: float) -> None:
        """Let nothing pass for a while, because somebody asked for that."""
        self._shut_until = max(self._shut_until, self._monotonic() + seconds)

    def _close(self) -> None:
        self.is_closed = True
        self.shut_for(self._chance() * min(self._first_pause * 2.0 ** min(self._tries, 32), self._longest_pause))
        self._tries += 1
