from dataclasses import replace
from datetime import date, timedelta

import pytest

from rules.loyalty.earning import (
    CapTooLow,
    Conduct,
    Done,
    EarningTerms,
    Line,
    RuleDateNotAllowed,
    RuleIncomplete,
    RulesOverlap,
    award,
    check_no_overlap,
    check_terms,
    done,
    earned,
    standing,
)
from rules.loyalty.kinds import Act, CapPeriod

TODAY = date(2026, 3, 16)
ON_TIME = EarningTerms(id=1, act=Act.ON_TIME, points=10, valid_from=date(2026, 1, 1))
STREAK = EarningTerms(id=2, act=Act.STREAK, points=30, at_least=3, valid_from=date(2026, 1, 1))
EARLY = EarningTerms(id=3, act=Act.EARLY_SETTLEMENT, points=50, at_least=30, valid_from=date(2026, 1, 1))


def line(number: int, days: int | None = 0, *, was_asked: bool = True) -> Line:
    """An installment that was paid so many days after its due day; None: not yet."""
    due_on = date(2026, number, 10)
    return Line(number, due_on, None if days is None else due_on + timedelta(days=days), was_asked)


def test_an_installment_paid_by_its_due_day_earns_and_a_day_late_does_not():
    conduct = Conduct([line(1, -5), line(2, 0), line(3, 1), line(4, None), line(5, 0, was_asked=False)])
    assert done(conduct, Act.ON_TIME, None) == {1: date(2026, 1, 5), 2: date(2026, 2, 10)}


def test_nothing_is_earned_by_a_loan_that_was_undone():
    conduct = Conduct([line(1), line(2), line(3)], date(2026, 3, 10), date(2026, 12, 10), is_undone=True)
    assert not any(done(conduct, act, 1) for act in Act)


def test_a_streak_earns_each_time_so_many_in_a_row_are_in_time():
    run = [line(number) for number in range(1, 8)]
    assert list(done(Conduct(run), Act.STREAK, 3)) == [3, 6]
    run[4] = line(5, 1)
    assert list(done(Conduct(run), Act.STREAK, 3)) == [3], "it begins again after one that was late"
    run[1] = line(2, None)
    assert list(done(Conduct(run), Act.STREAK, 2)) == [4, 7]


def test_an_installment_counts_in_one_streak_whatever_rules_come_and_go():
    shorter = replace(STREAK, id=4, at_least=2, valid_from=date(2026, 7, 1))
    longer = replace(STREAK, valid_to=date(2026, 7, 1))
    conduct = Conduct([line(number) for number in range(1, 9)])
    had = {Done(Act.STREAK, 3): 3, Done(Act.STREAK, 6): 3}
    assert standing(conduct, had) == had
    assert earned(conduct, [longer, shorter], had) == {Done(Act.STREAK, 8): shorter}
    assert set(earned(conduct, [longer, shorter], {})) == {Done(Act.STREAK, number) for number in (3, 6, 8)}
    broken = Conduct([line(number, 1 if number == 5 else 0) for number in range(1, 9)])
    assert standing(broken, had) == {Done(Act.STREAK, 3): 3}


def test_a_pause_that_asked_for_nothing_neither_breaks_a_streak_nor_counts():
    run = [line(1), line(2, None, was_asked=False), line(3), line(4)]
    assert list(done(Conduct(run), Act.STREAK, 3)) == [4]


def test_a_loan_repaid_thirty_days_before_its_end_earns_once():
    def settled(on: date | None) -> dict[int, date]:
        return done(Conduct([], on, date(2026, 12, 31)), Act.EARLY_SETTLEMENT, 30)

    assert settled(date(2026, 12, 1)) == {0: date(2026, 12, 1)}
    assert settled(date(2026, 12, 2)) == settled(None) == {}


def test_the_rule_of_the_day_of_the_act_counts():
    before = replace(ON_TIME, id=8, points=5, valid_from=date(2025, 1, 1), valid_to=date(2026, 2, 1))
    after = replace(ON_TIME, id=9, valid_from=date(2026, 2, 1))
    conduct = Conduct([line(1), line(2), line(3, 1)])
    found = earned(conduct, [before, after, STREAK], {})
    assert found == {Done(Act.ON_TIME, 1): before, Done(Act.ON_TIME, 2): after}


def test_a_tier_multiplies_and_points_are_whole():
    assert award(ON_TIME, 100, {}) == 10
    assert award(ON_TIME, 125, {}) == 12
    assert award(ON_TIME, 90, {}) == 9


def test_a_cap_leaves_what_is_left_of_it_and_then_nothing():
    capped = replace(ON_TIME, cap_points=25, cap_period=CapPeriod.MONTH)
    assert [award(capped, 100, {Act.ON_TIME: used}) for used in (0, 15, 18, 25, 30)] == [10, 10, 7, 0, 0]
    assert award(capped, 300, {}) == 25
    assert award(capped, 100, {Act.STREAK: 25}) == 10, "another act's"


@pytest.mark.parametrize(
    ("terms", "refusal"),
    [
        (replace(ON_TIME, valid_from=TODAY, cap_points=9, cap_period=CapPeriod.YEAR), CapTooLow),
        (replace(ON_TIME, valid_from=TODAY, cap_points=90), RuleIncomplete),
        (replace(ON_TIME, valid_from=TODAY, cap_period=CapPeriod.YEAR), RuleIncomplete),
        (replace(ON_TIME, valid_from=TODAY, at_least=3), RuleIncomplete),
        (replace(STREAK, valid_from=TODAY, at_least=None), RuleIncomplete),
        (replace(EARLY, valid_from=TODAY, at_least=None), RuleIncomplete),
        (replace(ON_TIME, valid_from=TODAY - timedelta(days=1)), RuleDateNotAllowed),
        (replace(ON_TIME, valid_from=TODAY, valid_to=TODAY), RuleDateNotAllowed),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused(terms, refusal):
    with pytest.raises(refusal):
        check_terms(terms, TODAY)


def test_rules_that_make_sense_pass():
    check_terms(replace(ON_TIME, valid_from=TODAY, cap_points=10, cap_period=CapPeriod.MONTH), TODAY)
    check_terms(replace(STREAK, valid_from=TODAY, valid_to=TODAY + timedelta(days=1)), TODAY)


def test_on_any_day_one_rule_at_most_holds_for_an_act():
    bounded = replace(ON_TIME, valid_to=date(2026, 6, 1))
    check_no_overlap(replace(ON_TIME, valid_from=date(2026, 6, 1)), [bounded, STREAK])
    check_no_overlap(replace(ON_TIME, valid_from=date(2025, 1, 1), valid_to=date(2026, 1, 1)), [bounded])
    for other in (replace(ON_TIME, valid_from=date(2026, 5, 31)), replace(ON_TIME, valid_from=date(2025, 1, 1))):
        with pytest.raises(RulesOverlap) as refused:
            check_no_overlap(other, [bounded])
        assert refused.value.other_from == date(2026, 1, 1)
