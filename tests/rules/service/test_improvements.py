import random
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.people.access import Role
from rules.service.improvements import (
    MEASURED_DAYS,
    Change,
    Counted,
    EffectVerdict,
    ImprovementDueDateWrong,
    ImprovementStatus,
    NotItsOwner,
    change_of,
    check_due_on,
    check_owner,
    fall_back,
    from_hundredths,
    hundredths,
    is_overdue,
    verdict_of,
)

TODAY = date(2026, 3, 16)
DAY = timedelta(days=1)


def test_an_action_is_due_from_today_on_within_a_year():
    for day in (TODAY, TODAY + 366 * DAY):
        check_due_on(TODAY, day)
    for day in (TODAY - DAY, TODAY + 367 * DAY):
        with pytest.raises(ImprovementDueDateWrong):
            check_due_on(TODAY, day)


def test_its_owner_a_manager_or_anybody_where_nobody_has_it_works_on_it():
    check_owner(Role.OFFICER, 1, 1)
    check_owner(Role.OFFICER, 1, None)
    check_owner(Role.MANAGER, 1, 2)
    with pytest.raises(NotItsOwner):
        check_owner(Role.OFFICER, 1, 2)


def test_what_has_ended_is_never_overdue():
    overdue = {status for status in ImprovementStatus if is_overdue(status, TODAY - DAY, TODAY)}
    assert overdue == {ImprovementStatus.OPEN, ImprovementStatus.IN_PROGRESS}
    assert not is_overdue(ImprovementStatus.OPEN, TODAY, TODAY)


def test_a_change_has_the_interval_of_the_binomial():
    """Wilson's interval of 10 in 50 is 0.1124 to 0.3304."""
    fell = change_of(Counted(40, 90), Counted(10, 90))
    assert fell == Change(value=Decimal("-75.00"), lowest=Decimal("-87.33"), highest=Decimal("-50.66"))
    assert change_of(Counted(10, 90), Counted(10, 45)).value == 100
    assert change_of(Counted(0, 90), Counted(10, 90)) is None
    assert change_of(Counted(5, 90), Counted(0, 0)) is None
    assert change_of(Counted(5, 0), Counted(5, 90)) is None


@given(before=st.integers(1, 300), after=st.integers(0, 300), days=st.integers(1, MEASURED_DAYS))
def test_a_change_lies_within_its_bounds(before, after, days):
    change = change_of(Counted(before, MEASURED_DAYS), Counted(after, days))
    assert -100 <= change.lowest <= change.value
    assert change.highest is None or change.value <= change.highest


def test_the_interval_holds_what_is_true_about_as_often_as_it_says():
    chance, held, rounds = random.Random(7), 0, 2_000
    for _ in range(rounds):
        before, after = (sum(chance.random() < share for _ in range(200)) for share in (0.2, 0.1))
        change = change_of(Counted(before, 90), Counted(after, 90))
        held += change.lowest <= -50 <= change.highest
    assert 0.94 <= held / rounds <= 0.99, held / rounds


def test_nothing_is_said_before_its_time_or_of_too_few():
    fell = Change(value=Decimal(-75), lowest=Decimal(-87), highest=Decimal(-50))
    rose = Change(value=Decimal(75), lowest=Decimal(1), highest=None)
    unclear = Change(value=Decimal(-10), lowest=Decimal(-50), highest=Decimal(60))
    assert verdict_of(fell, 89) is EffectVerdict.TOO_EARLY
    assert verdict_of(fell, 90) is EffectVerdict.FELL
    assert verdict_of(rose, 90) is EffectVerdict.ROSE
    assert verdict_of(unclear, 90) is EffectVerdict.UNCLEAR
    assert verdict_of(None, 90) is EffectVerdict.UNCLEAR


def test_what_spiked_should_fall_back_to_what_was_usual():
    assert (fall_back(10, 4.0), fall_back(5, 0.0), fall_back(100, 99.9)) == (60, 100, 1)
    assert from_hundredths(hundredths(1.005)) == Decimal("1.01")
    assert from_hundredths(None) is None
