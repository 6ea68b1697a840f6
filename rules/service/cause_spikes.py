"""Is a cause more frequent of late than its own history explains?

What was found in the last 7 and 28 days is compared with the 26 weeks before. Both counts are Poisson; given their sum,
the later one is binomial, with the share of its days in all of them, if the rate stayed what it was. The one-sided tail
of that is the chance of so many by chance (J. Przyborowski and H. Wilenski, Homogeneity of results in testing samples
from Poisson series, Biometrika 31 (1940), 313–323). Unlike a test against the mean of the history as if it were known, it
holds where the history is short or empty. Windows and history are whole weeks, so that weekends do not matter.

A day makes `tests` of them, each at 1 / (366 · tests) (Bonferroni): where nothing changed, the whole house has at most
one false alarm a year in the mean, however the tests hang together.
"""

import math
from collections import Counter
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Generic, TypeVar

WINDOWS = (7, 28)
"""In days: soon, and surely."""
HISTORY_DAYS = 26 * 7
SHORTEST_HISTORY_DAYS = 8 * 7
"""A cause that is new has no history to differ from."""
FEWEST = 5
"""What happened less often is looked at by people, not counted."""
FALSE_ALARMS_A_YEAR = 1
DAYS_A_YEAR = 366
LOOKED_BACK = timedelta(days=HISTORY_DAYS + max(WINDOWS))
"""So far back counts are needed."""

K = TypeVar("K", bound=Hashable)


@dataclass(frozen=True)
class Spike(Generic[K]):
    """Something that happens more often than before."""

    key: K
    days: int
    """The length of the window."""
    seen: int
    """How often it was found in the window."""
    usual: float
    """How often it would have been, as in the history."""
    chance: float
    """How often so many come by chance."""


def chance_of(seen: int, days: int, before: int, before_days: int) -> float:
    """Give the chance of at least so many in a window, if its rate is that of the days before: P(X ≥ seen) of a binomial."""
    total, share = seen + before, days / (days + before_days)
    if seen <= 0:
        return 1.0
    logs = math.log(share), math.log1p(-share)
    return min(1.0, math.fsum(_term(total, count, logs) for count in range(seen, total + 1)))


def _term(total: int, count: int, logs: tuple[float, float]) -> float:
    ways = math.lgamma(total + 1) - math.lgamma(count + 1) - math.lgamma(total - count + 1)
    return math.exp(ways + count * logs[0] + (total - count) * logs[1])


def level_of(tests: int) -> float:
    """Give the chance below which one of so many tests a day raises an alarm."""
    assert tests > 0, "nothing to test"
    return FALSE_ALARMS_A_YEAR / (DAYS_A_YEAR * tests)


def spike_of(key: K, counts: Mapping[date, int], today: date, since: date, level: float) -> Spike[K] | None:
    """Give the least likely spike of something until yesterday; None where its history explains what was found.

    `counts` says how often it was found by day, `since` from when on it could be.
    """
    found = [spike for days in WINDOWS if (spike := _in_window(key, counts, today, since, days)) is not None]
    best = min(found, key=lambda spike: spike.chance, default=None)
    return best if best is not None and best.chance <= level else None


def _in_window(key: K, counts: Mapping[date, int], today: date, since: date, days: int) -> Spike[K] | None:
    begins = today - timedelta(days=days)
    earliest = max(since, begins - timedelta(days=HISTORY_DAYS))
    before_days = (begins - earliest).days // 7 * 7
    if before_days < SHORTEST_HISTORY_DAYS:
        return None
    earliest = begins - timedelta(days=before_days)
    seen = sum(count for day, count in counts.items() if begins <= day < today)
    before = sum(count for day, count in counts.items() if earliest <= day < begins)
    usual = before * days / before_days
    if seen < FEWEST or seen <= usual:
        return None
    return Spike(key, days, seen, usual, chance_of(seen, days, before, before_days))


@dataclass(frozen=True)
class Watched:
    """What is watched: a cause in the whole house, or in one branch."""

    cause_id: int
    branch_id: int | None


def spikes(
    counts: Mapping[Watched, Mapping[date, int]], since: Mapping[int, date], branches: int, today: date
) -> list[Spike[Watched]]:
    """Give the least likely spike of each cause, the least likely first.

    `counts` are those by branch, `since` from when on each cause that is in use was. Every cause is tested in the whole
    house and, where there are several branches, in each of them, whether anything was found there or not.
    """
    tests = len(since) * (1 + (branches if branches > 1 else 0)) * len(WINDOWS)
    if not tests:
        return []
    best: dict[int, Spike[Watched]] = {}
    for watched, by_day in (_of_the_house(counts) | (dict(counts) if branches > 1 else {})).items():
        if watched.cause_id in since:
            spike = spike_of(watched, by_day, today, since[watched.cause_id], level_of(tests))
            known = best.get(watched.cause_id)
            if spike is not None and (known is None or spike.chance < known.chance):
                best[watched.cause_id] = spike
    return sorted(best.values(), key=lambda spike: (spike.chance, spike.key.cause_id))


def _of_the_house(counts: Mapping[Watched, Mapping[date, int]]) -> dict[Watched, Mapping[date, int]]:
    totals: dict[Watched, Mapping[date, int]] = {}
    for watched, by_day in counts.items():
        house = Watched(watched.cause_id, None)
        totals[house] = Counter(totals.get(house, {})) + Counter(by_day)
    return totals
