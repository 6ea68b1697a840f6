import pytest

from rules.people.reveal import REVEALS_A_DAY, SHORTEST_REASON, ReasonTooShort, RevealLimitReached, check_reason


def test_a_reason_that_says_something_passes_without_spaces_around_it():
    assert check_reason("  客户来电核实身份信息 ") == "客户来电核实身份信息"
    assert check_reason("x" * SHORTEST_REASON) == "x" * SHORTEST_REASON


@pytest.mark.parametrize("reason", ["", "ok", "x" * (SHORTEST_REASON - 1), "   ok          "])
def test_a_reason_that_says_nothing_is_refused(reason):
    with pytest.raises(ReasonTooShort):
        check_reason(reason)


def test_twenty_values_a_day_may_be_revealed():
    assert REVEALS_A_DAY == 20
    assert RevealLimitReached(limit=REVEALS_A_DAY).limit == 20
