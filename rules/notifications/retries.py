"""When something that did not go through is tried again."""

from datetime import timedelta

FIRST_WAIT = timedelta(seconds=1)
LONGEST_WAIT = timedelta(minutes=10)


def wait_before(tries: int, chance: float) -> timedelta:
    """Say how long to wait after so many tries: up to a second, then twice as long each time, evenly by chance (0 to 1).

    Full jitter (Brooker, "Exponential Backoff and Jitter"): who failed together does not come again together. One message
    that failed is tried again soon; that a carrier is down is for its whole lane to notice.
    """
    assert tries > 0
    return min(FIRST_WAIT * (1 << min(tries - 1, 16)), LONGEST_WAIT) * chance
