"""A plan's answer is the stock executor's, to the byte: for what people wrote, and for what is written at random."""

import os
from collections.abc import Iterator
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rules.people.access import EVERYONE
from schema.build import schema
from tests.api.operations.authors import write
from tests.api.operations.house import House
from tests.api.operations.oracle import Oracle
from tests.api.operations.trusted import trusted

IS_DEEP = os.environ.get("HYPOTHESIS_PROFILE") == "deep"


pytestmark = [  # graphql-core leaves coroutines behind when it answers with an error; they are none of ours.
    pytest.mark.filterwarnings("ignore:coroutine .* was never awaited:RuntimeWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


async def test_what_people_wrote_is_answered_by_plans_as_it_should_be(house):
    oracle = Oracle(house.viewers)
    for asked in trusted(house):
        await oracle.compare(asked)
    assert oracle.counts["answered"] > 400, oracle.counts
    assert oracle.plans.counts["answered"] == oracle.counts["answered"]
    assert not oracle.counts["declined"], oracle.plans.counts


def one_of_each_role(house: House, random: Random) -> list:
    """Everybody when there is time, else somebody of each role."""
    if IS_DEEP:
        return house.viewers
    roles = sorted(EVERYONE)
    return [random.choice([viewer for viewer in house.viewers if viewer.role is role]) for role in roles]


@pytest.fixture
def oracle(house) -> Iterator[Oracle]:
    """What compares, for all examples; in the end most of what could be answered must have been, by plans."""
    oracle = Oracle(house.viewers)
    yield oracle
    answered, declined = oracle.counts["answered"], oracle.counts["declined"]
    assert answered > 19 * declined, (oracle.counts, oracle.plans.counts)
    assert answered > oracle.counts["wrong"], oracle.counts


@settings(max_examples=3_000 if IS_DEEP else 230, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32), budget=st.integers(0, 60 if IS_DEEP else 25))
async def test_what_is_written_at_random_is_answered_by_plans_as_it_should_be(house, oracle, seed, budget):
    oracle.viewers = one_of_each_role(house, Random(seed))
    await oracle.compare(write(seed, budget, schema()._schema, house))
