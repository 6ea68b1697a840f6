"""The pace: slow at first, then faster, never above the set rate."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.channels.pace import CATCHING_UP_SECONDS, Ramp, RateLimiter, ramp_to


class Time:
    """A time that passes by sleeping only."""

    def __init__(self) -> None:
        self.now = 1_000.0
        self.is_late_by = 0.0

    def monotonic(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.now += seconds + self.is_late_by


def limited(time: Time, ramp: Ramp) -> RateLimiter:
    return RateLimiter(ramp, monotonic=time.monotonic, sleep=time.sleep)


async def went(pace: RateLimiter, time: Time, seconds: float) -> int:
    """Say how many went within so many seconds."""
    until, count = time.now + seconds, 0
    while True:
        await pace.turn()
        if time.now >= until:
            return count
        count += 1


def test_a_ramp_grows_evenly_and_stays_at_its_rate():
    ramp = Ramp(slowest=10, fastest=110, seconds=60)
    assert [ramp.rate_after(seconds) for seconds in (-1, 0, 30, 60, 600)] == [10, 10, 60, 110, 110]
    assert Ramp(slowest=5, fastest=5, seconds=0).rate_after(0) == 5


@pytest.mark.parametrize(("rate", "slowest"), [(1_000, 50), (10, 1), (0.5, 0.5)])
def test_a_usual_ramp_takes_a_minute_and_begins_low(rate: float, slowest: float):
    assert ramp_to(rate) == Ramp(slowest=slowest, fastest=rate, seconds=60)


async def test_the_first_minute_lets_half_as_many_through_as_the_next():
    time = Time()
    pace = limited(time, Ramp(slowest=1, fastest=100, seconds=60))
    first, second = [await went(pace, time, 60) for _ in range(2)]
    assert first == pytest.approx(3_000, rel=0.05)
    assert second == pytest.approx(6_000, rel=0.01)


async def test_nothing_for_as_long_as_a_ramp_begins_it_anew():
    time = Time()
    pace = limited(time, Ramp(slowest=1, fastest=100, seconds=60))
    await went(pace, time, 70)
    assert pace.rate == 100
    time.now += 30
    await pace.turn()
    assert pace.rate == 100
    time.now += 61
    assert pace.rate == 1
    assert await went(pace, time, 10) < 120


async def test_who_was_away_is_met_slowly():
    time = Time()
    pace = limited(time, Ramp(slowest=1, fastest=100, seconds=60))
    await went(pace, time, 70)
    pace.begin_anew()
    assert pace.rate == 1
    assert await went(pace, time, 10) < 120


async def test_a_late_loop_makes_up_for_a_moment_and_for_no_more():
    time = Time()
    pace = limited(time, Ramp(slowest=100, fastest=100, seconds=60))
    time.is_late_by = 0.02
    assert await went(pace, time, 10) == pytest.approx(1_000, rel=0.01)
    time.is_late_by = 0.0
    time.now += 10
    assert await went(pace, time, 1) <= 100 * (1 + CATCHING_UP_SECONDS) + 1


@given(st.floats(0.5, 5_000), st.floats(0, 0.5), st.floats(1, 30))
async def test_it_is_never_faster_than_its_rate(rate: float, late: float, seconds: float):
    time = Time()
    time.is_late_by = late
    pace = limited(time, Ramp(slowest=rate, fastest=rate))
    assert await went(pace, time, min(seconds, 3_000 / rate)) <= rate * (seconds + CATCHING_UP_SECONDS) + 1
