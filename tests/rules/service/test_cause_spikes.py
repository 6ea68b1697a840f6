"""The detector: what it calls a spike, and how seldom it is wrong."""

import math
import random
from collections import Counter
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.service.cause_spikes import (
    DAYS_A_YEAR,
    FEWEST,
    HISTORY_DAYS,
    LOOKED_BACK,
    SHORTEST_HISTORY_DAYS,
    Watched,
    chance_of,
    level_of,
    spike_of,
    spikes,
)

TODAY = date(2026, 3, 16)
LONG_AGO = TODAY - LOOKED_BACK
DAY = timedelta(days=1)


def poisson(chance: random.Random, rate: float) -> int:
    """Draw how often something happens in a day (D. E. Knuth's way)."""
    product, number, least = chance.random(), 0, math.exp(-rate)
    while product > least:
        product *= chance.random()
        number += 1
    return number


def drawn(chance: random.Random, weekly: float, days: int, tripled_from: int | None = None) -> dict[date, int]:
    rates = [weekly / 7 * (3 if tripled_from is not None and day >= tripled_from else 1) for day in range(days)]
    return {LONG_AGO + day * DAY: number for day, rate in enumerate(rates) if (number := poisson(chance, rate))}


@given(seen=st.integers(0, 40), days=st.sampled_from([7, 28]), before=st.integers(0, 200))
def test_the_chance_is_the_exact_one(seen, days, before):
    total, before_days = seen + before, HISTORY_DAYS
    exact = sum(math.comb(total, k) * days**k * before_days ** (total - k) for k in range(seen, total + 1))
    assert chance_of(seen, days, before, before_days) == pytest.approx(exact / (days + before_days) ** total, rel=1e-9)


@given(before=st.integers(0, 100), days=st.sampled_from([7, 28]), seen=st.integers(1, 60))
def test_more_is_less_likely_and_more_history_makes_it_more_likely(before, days, seen):
    chance = chance_of(seen, days, before, HISTORY_DAYS)
    assert chance_of(seen + 1, days, before, HISTORY_DAYS) < chance
    assert chance_of(seen, days, before + 1, HISTORY_DAYS) > chance


@given(seen=st.integers(0, FEWEST - 1), tests=st.integers(1, 1000))
def test_what_is_rarer_than_five_is_never_a_spike(seen, tests):
    assert spike_of("a", {TODAY - DAY: seen}, TODAY, LONG_AGO, 1.0) is None


def test_a_cause_without_history_is_not_tested_before_it_has_eight_weeks():
    counts = {TODAY - DAY: 50}
    youngest = TODAY - (7 + SHORTEST_HISTORY_DAYS) * DAY
    assert spike_of("a", counts, TODAY, youngest + DAY, 1e-6) is None
    found = spike_of("a", counts, TODAY, youngest, 1e-6)
    assert found is not None
    assert (found.days, found.seen, found.usual) == (7, 50, 0)


def test_today_does_not_count_and_a_week_ago_counts_as_before():
    level, history = level_of(2), {LONG_AGO + day * DAY: 1 for day in range(0, 210, 7)}
    assert spike_of("a", history | {TODAY: 50}, TODAY, LONG_AGO, level) is None
    found = spike_of("a", history | {TODAY - 7 * DAY: 50}, TODAY, LONG_AGO, level)
    assert found is not None
    assert (found.days, found.seen) == (7, 50)
    later = spike_of("a", history | {TODAY - 8 * DAY: 50}, TODAY, LONG_AGO, level)
    assert later is not None
    assert later.days == 28


def test_each_cause_is_told_once_and_where_it_is_least_likely():
    steady = {LONG_AGO + day * DAY: 1 for day in range(0, 210, 7)}
    counts = {Watched(1, 1): steady, Watched(1, 2): Counter({TODAY - DAY: 20}), Watched(2, 1): steady}
    found = spikes(counts, {1: LONG_AGO, 2: LONG_AGO}, 2, TODAY)
    assert [each.key for each in found] == [Watched(1, 2)]
    assert [each.key for each in spikes(counts, {1: LONG_AGO, 2: LONG_AGO}, 1, TODAY)] == [Watched(1, None)]
    assert spikes(counts, {2: LONG_AGO}, 2, TODAY) == []
    assert spikes(counts, {}, 2, TODAY) == []


@given(tests=st.integers(1, 10_000))
def test_all_tests_of_a_year_together_expect_one_false_alarm_at_most(tests):
    assert level_of(tests) * tests * DAYS_A_YEAR == pytest.approx(1)


@settings(max_examples=3, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_where_nothing_changes_false_alarms_are_as_rare_as_stated(seed):
    """A simulated year of four causes in two branches an example; alarms of a cause that follow each other are one."""
    chance, rates = random.Random(seed), (0.5, 1, 2, 4)
    days = LOOKED_BACK.days + DAYS_A_YEAR
    counts = {
        Watched(cause, branch): drawn(chance, rate / 2, days) for cause, rate in enumerate(rates) for branch in (1, 2)
    }
    since = dict.fromkeys(range(len(rates)), LONG_AGO)
    alarmed = [
        (each.key.cause_id, day // 28)
        for day in range(LOOKED_BACK.days, days)
        for each in spikes(counts, since, 2, LONG_AGO + day * DAY)
    ]
    assert len(set(alarmed)) <= 4, "the mean is one at most: more than four have a chance of 1 in 270 by Poisson"


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_a_rate_of_four_a_week_that_triples_is_found_within_eight_weeks(seed):
    changed = LOOKED_BACK.days
    counts = drawn(random.Random(seed), 4, changed + 56, tripled_from=changed)
    level = level_of(8 * 2)
    found = [spike_of(1, counts, LONG_AGO + (changed + day) * DAY, LONG_AGO, level) for day in range(1, 57)]
    assert any(found)
