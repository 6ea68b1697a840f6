import itertools
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from rules.service.cause_reviews import ParetoLine, pareto, percent


def test_shares_are_added_up_from_the_most_frequent_one():
    assert pareto({"a": 1, "b": 3, "c": 2}) == [
        ParetoLine("b", 3, Decimal("50.00"), Decimal("50.00")),
        ParetoLine("c", 2, Decimal("33.33"), Decimal("83.33")),
        ParetoLine("a", 1, Decimal("16.67"), Decimal("100.00")),
    ]
    assert pareto({}) == []
    assert percent(1, 8) == Decimal("12.50")


@given(st.dictionaries(st.text(max_size=3), st.integers(1, 1000), min_size=1))
def test_the_whole_is_a_hundred_and_nothing_is_lost(counts):
    lines = pareto(counts)
    assert {line.key: line.count for line in lines} == counts
    assert lines[-1].cumulative_share == 100
    assert all(one.count >= other.count for one, other in itertools.pairwise(lines))
    assert abs(sum(line.share for line in lines) - 100) <= Decimal("0.01") * len(lines)
