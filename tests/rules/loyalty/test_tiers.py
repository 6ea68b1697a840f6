from datetime import date, timedelta

import pytest

from rules.loyalty.tiers import (
    DEFAULT_LEVELS,
    Ending,
    Level,
    LevelsOutOfOrder,
    PlanDateNotAllowed,
    Review,
    Standing,
    ThresholdsNotAscending,
    TierReason,
    check_plan,
    counted_from,
    review,
    suspended_on,
)

BEGAN, END = date(2025, 3, 16), date(2026, 3, 16)
THRESHOLDS = (0, 50, 100)


def standing(rank: int = 2, qualifying: int = 0, **columns: object) -> Standing:
    """How somebody stands who has had his level for a year, unless told otherwise, on a day on which it is looked at."""
    return Standing(
        **{
            "rank": rank,
            "qualifying": qualifying,
            "lasting": qualifying,
            "valid_from": BEGAN,
            "valid_to": END,
            "is_due": True,
            **columns,
        }
    )


def test_points_count_for_a_year_and_not_on_the_day_after():
    assert counted_from(date(2026, 3, 16)) == date(2025, 3, 17)
    assert counted_from(date(2024, 2, 29)) == date(2023, 3, 1)
    assert counted_from(date(2025, 2, 28)) == date(2024, 2, 29), "points of the leap day count 365 days later"
    assert counted_from(date(2025, 3, 1)) == date(2024, 3, 2)
    assert counted_from(date(2026, 3, 31), 6) == date(2025, 10, 1)


@pytest.mark.parametrize(("points", "rank"), [(49, None), (50, 1), (99, 1), (100, 2), (1_000, 2)])
def test_who_has_the_points_goes_up_at_once_however_many_levels(points, rank):
    today = date(2026, 1, 31)
    found = review(Standing(rank=0, qualifying=points), THRESHOLDS, today)
    if rank is None:
        assert found is None
        return
    assert found == Review(rank=rank, reason=TierReason.REACHED, valid_to=date(2027, 1, 31), look_on=date(2026, 12, 2))


def test_nobody_falls_before_his_year_is_over():
    for day in (END - timedelta(days=days) for days in range(61, 1, -1)):
        found = review(standing(qualifying=0), THRESHOLDS, day)
        assert found is not None
        assert (found.rank, found.reason) == (2, None)


@pytest.mark.parametrize(
    ("before", "look_on"),
    [
        (60, END - timedelta(days=30)),
        (30, END),
        (0, END + timedelta(days=90)),
    ],
)
def test_what_is_missing_is_told_60_and_30_days_before_and_when_the_grace_begins(before, look_on):
    found = review(standing(qualifying=70), THRESHOLDS, END - timedelta(days=before))
    ending = Ending(last_on=date(2026, 6, 14), missing=30)
    assert found == Review(rank=2, valid_to=END, look_on=look_on, ending=ending)


def test_what_still_counts_at_the_end_of_the_year_decides_what_is_missing():
    told = review(standing(qualifying=120, lasting=40), THRESHOLDS, END - timedelta(days=60))
    assert told is not None
    assert told.ending == Ending(last_on=date(2026, 6, 14), missing=60)
    quiet = review(standing(qualifying=120, lasting=100), THRESHOLDS, END - timedelta(days=60))
    assert quiet is not None
    assert quiet.ending is None


def test_who_has_enough_at_the_end_keeps_his_level_for_another_year():
    found = review(standing(qualifying=100), THRESHOLDS, END)
    assert found == Review(rank=2, valid_to=date(2027, 3, 16), look_on=date(2027, 1, 15))


def test_who_earns_what_is_missing_within_the_grace_keeps_it_without_being_due():
    day = END + timedelta(days=89)
    found = review(standing(qualifying=100, is_due=False), THRESHOLDS, day)
    assert found == Review(rank=2, valid_to=date(2027, 3, 16), look_on=date(2027, 1, 15))


def test_after_the_grace_it_is_one_step_whatever_is_missing():
    last = END + timedelta(days=90)
    assert review(standing(qualifying=0, is_due=False), THRESHOLDS, last - timedelta(days=1)) is None
    found = review(standing(qualifying=0), THRESHOLDS, last)
    assert found == Review(rank=1, reason=TierReason.DROPPED, valid_to=date(2027, 6, 14), look_on=date(2027, 4, 15))
    lowest = review(standing(rank=1, qualifying=0), THRESHOLDS, last)
    assert lowest == Review(rank=0, reason=TierReason.DROPPED)


def test_a_year_that_began_on_29_february_ends_on_the_28th_but_in_leap_years():
    began = date(2024, 2, 29)
    first = review(Standing(rank=0, qualifying=50), THRESHOLDS, began)
    assert first is not None
    assert first.valid_to == date(2025, 2, 28)
    kept = standing(rank=1, qualifying=50, valid_from=began, valid_to=date(2027, 2, 28))
    found = review(kept, THRESHOLDS, date(2027, 2, 28))
    assert found is not None
    assert found.valid_to == date(2028, 2, 29)


@pytest.mark.parametrize("after", [-60, -30, 0, 90, 91])
def test_while_he_is_helped_nobody_falls_and_all_notices_come_afterwards(after):
    today = END + timedelta(days=after)
    found = review(standing(in_help=True), THRESHOLDS, today)
    later = today + timedelta(days=90)
    assert found == Review(rank=2, valid_to=later, look_on=later - timedelta(days=60))


def test_help_keeps_nobody_from_going_up():
    found = review(standing(rank=1, qualifying=100, in_help=True), THRESHOLDS, END)
    assert found is not None
    assert (found.rank, found.reason) == (2, TierReason.REACHED)


def test_a_higher_threshold_takes_nothing_before_the_year_is_over():
    higher = (0, 50, 500)
    assert review(standing(qualifying=100, is_due=False), higher, END - timedelta(days=100)) is None
    found = review(standing(qualifying=100), higher, END)
    assert found is not None
    assert found.ending == Ending(last_on=date(2026, 6, 14), missing=400)


def test_perks_are_suspended_after_30_days_and_come_back_after_three_payments_in_time():
    today = date(2026, 3, 16)
    assert suspended_on(None, 30, 0, today) is None
    assert suspended_on(None, 31, 0, today) == today
    since = date(2026, 1, 5)
    assert suspended_on(since, 0, 2, today) == since
    assert suspended_on(since, 1, 3, today) == since, "something is overdue"
    assert suspended_on(since, 0, 3, today) is None


def level(code: str, threshold: int) -> Level:
    return Level(code=code, name_zh=code, name_en=code, threshold=threshold)


def test_the_plan_to_begin_with_can_be_proposed():
    check_plan(DEFAULT_LEVELS, ["BASIC"], date(2026, 3, 16), date(2026, 3, 16))


@pytest.mark.parametrize(
    ("levels", "refusal"),
    [
        ([], LevelsOutOfOrder),
        ([("BASIC", 1), ("GOLD", 2)], ThresholdsNotAscending),
        ([("BASIC", 0), ("GOLD", 100), ("TOP", 100)], ThresholdsNotAscending),
        ([("BASIC", 0), ("GOLD", 100), ("TOP", 50)], ThresholdsNotAscending),
        ([("BASIC", 0), ("TOP", 50)], LevelsOutOfOrder),
        ([("GOLD", 0), ("BASIC", 50)], LevelsOutOfOrder),
        ([("BASIC", 0), ("GOLD", 50), ("GOLD", 60)], LevelsOutOfOrder),
    ],
)
def test_a_plan_names_all_levels_that_there_are_in_order_and_each_takes_more(levels, refusal):
    with pytest.raises(refusal):
        check_plan([level(*each) for each in levels], ["BASIC", "GOLD"], date(2026, 3, 16), date(2026, 3, 16))


def test_a_plan_begins_on_the_first_free_day_at_the_earliest():
    with pytest.raises(PlanDateNotAllowed) as refused:
        check_plan([level("BASIC", 0)], ["BASIC"], date(2026, 3, 15), date(2026, 3, 16))
    assert refused.value.earliest == date(2026, 3, 16)
