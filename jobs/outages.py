"""Something that is away: said once, asked for again less and less often, and said once more when it is back."""

import logging
import random

SHORTEST_PAUSE_SECONDS = 0.2
LONGEST_PAUSE_SECONDS = 5.0


class Outage:
    """Of one thing, as one caller meets it."""

    def __init__(self, what: str, logger: logging.Logger) -> None:
        self._what = what
        self._logger = logger
        self._tries = 0

    def goes_on(self, problem: BaseException) -> float:
        """Take note of a try that failed; gives how many seconds to wait before the next one."""
        if not self._tries:
            self._logger.error("%s cannot be used, and is tried again", self._what, exc_info=problem)
        pause = min(SHORTEST_PAUSE_SECONDS * 2.0 ** min(self._tries, 16), LONGEST_PAUSE_SECONDS)
        self._tries += 1
        return pause * random.uniform(0.5, 1)  # noqa: S311  Not all at the same moment.

    def is_over(self) -> None:
        """Take note of a try that succeeded."""
        if self._tries:
            self._logger.warning("%s is back, after %s tries", self._what, self._tries)
        self._tries = 0
