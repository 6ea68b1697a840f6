"""Scores, held against values that were worked out by hand."""

from collections import Counter
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.service.survey_scores import (
    FEWEST_ANSWERS,
    Estimate,
    Score,
    WhyHidden,
    mean_of,
    months_until,
    net_promoter_score,
    score_of,
    share_of,
    shown_cells,
    shown_total,
)
from rules.service.surveys import SCALES, SurveyKind


def estimate(value: str, lowest: str, highest: str) -> Estimate:
    return Estimate(value=Decimal(value), lowest=Decimal(lowest), highest=Decimal(highest))


def test_nps_by_hand():
    # Of 20, 12 promote and 3 detract: 60 − 15 = 45; variance (0.75 − 0.45²) / 20 = 0.027375; 1.959964 · 0.165454 = 0.324284.
    assert net_promoter_score({10: 7, 9: 5, 8: 3, 7: 2, 6: 1, 0: 2}) == estimate("45", "12.57", "77.43")
    # Of 10, half each: 0; variance 1 / 10; 1.959964 · 0.316228 = 0.619795.
    assert net_promoter_score({10: 5, 0: 5}) == estimate("0", "-61.98", "61.98")


def test_nps_of_one_mind_has_no_width_and_is_cut_off():
    assert net_promoter_score({9: 10}) == estimate("100", "100", "100")
    assert net_promoter_score({0: 10}) == estimate("-100", "-100", "-100")
    assert net_promoter_score({10: 11, 8: 1}).highest == 100


def test_shares_by_wilson():
    # The textbook's 8 of 10: 0.4902 to 0.9433; 10 of 10: 1 / (1 + 3.841459 / 10) = 0.7225 to 1.
    assert share_of({5: 6, 4: 2, 3: 1, 1: 1}, range(4, 6)) == estimate("80", "49.02", "94.33")
    assert share_of({5: 10}, range(4, 6)) == estimate("100", "72.25", "100")
    assert share_of({1: 10}, range(4, 6)) == estimate("0", "0", "27.75")


def test_a_mean_by_hand():
    # 55 / 10 = 5.5; Σ = 10.5; s² = 10.5 / 9; 1.959964 · √(1.166667 / 10) = 0.669455.
    assert mean_of({4: 2, 5: 3, 6: 3, 7: 2}, (1, 7)) == estimate("5.5", "4.83", "6.17")
    assert mean_of({7: 10}, (1, 7)) == estimate("7", "7", "7")


def test_each_kind_has_its_figures():
    nps, csat, ces = (score_of(kind, {1: 10}) for kind in (SurveyKind.NPS, SurveyKind.CSAT, SurveyKind.CES))
    assert (nps.net_promoter, nps.share, nps.mean) == (estimate("-100", "-100", "-100"), None, None)
    assert (csat.net_promoter, csat.share, csat.mean) == (None, estimate("0", "0", "27.75"), None)
    assert (ces.share, ces.mean) == (estimate("0", "0", "27.75"), estimate("1", "1", "1"))


def test_below_ten_answers_nothing_is_shown_but_the_reason():
    assert shown_total(SurveyKind.CSAT, {5: 9}) == Score(answers=None, hidden_because=WhyHidden.FEW_ANSWERS)
    assert shown_total(SurveyKind.CSAT, {}) == Score(answers=0, hidden_because=WhyHidden.NO_ANSWERS)
    assert shown_total(SurveyKind.CSAT, {5: 10}).answers == 10


def test_a_cell_that_would_tell_of_a_small_one_is_hidden_too():
    cells = {"east": {5: 30}, "west": {5: 12}, "south": {5: 3}, "north": {}}
    shown = shown_cells(SurveyKind.CSAT, cells)
    assert {cell: score.hidden_because for cell, score in shown.items()} == {
        "east": None,
        "west": WhyHidden.WOULD_TELL_OTHERS,
        "south": WhyHidden.FEW_ANSWERS,
        "north": WhyHidden.NO_ANSWERS,
    }
    assert shown["west"].answers is None


def test_two_small_ones_that_hide_each_other_hide_nobody_else():
    shown = shown_cells(SurveyKind.CSAT, {"east": {5: 12}, "west": {5: 5}, "south": {5: 5}})
    assert [score.hidden_because for score in shown.values()] == [None, WhyHidden.FEW_ANSWERS, WhyHidden.FEW_ANSWERS]


SCORES = st.dictionaries(st.integers(1, 5), st.integers(1, 8), max_size=5)


@given(st.dictionaries(st.integers(), SCORES, min_size=1, max_size=8))
def test_nothing_that_is_shown_or_left_over_speaks_of_fewer_than_ten(cells):
    shown = shown_cells(SurveyKind.CSAT, cells)
    assert list(shown) == list(cells)
    hidden = {cell for cell, score in shown.items() if score.hidden_because is not None}
    for cell, score in shown.items():
        is_told = cell not in hidden
        assert is_told == (score.share is not None)
        assert not is_told or score.answers == sum(cells[cell].values()) >= FEWEST_ANSWERS
    left_over = sum(sum(cells[cell].values()) for cell in hidden)
    assert left_over == 0 or left_over >= FEWEST_ANSWERS or hidden == set(cells)
    total = sum((Counter(scores) for scores in cells.values()), Counter())
    if hidden == set(cells) and 0 < left_over < FEWEST_ANSWERS:
        assert shown_total(SurveyKind.CSAT, total).answers is None


@given(st.sampled_from(list(SCALES)), st.data())
def test_a_figure_lies_within_its_interval_and_that_on_its_scale(kind, data):
    lowest, highest = SCALES[kind]
    scores = data.draw(st.dictionaries(st.integers(lowest, highest), st.integers(1, 500), min_size=1))
    scores[lowest] = scores.get(lowest, 0) + FEWEST_ANSWERS
    score = score_of(kind, scores)
    bounds = {"net_promoter": (-100, 100), "share": (0, 100), "mean": SCALES[kind]}
    for name, (low, high) in bounds.items():
        if (found := getattr(score, name)) is not None:
            assert low <= found.lowest <= found.value <= found.highest <= high


@given(st.integers(10, 200), st.integers(2, 20))
def test_more_answers_of_the_same_kind_narrow_the_interval(people, times):
    few, many = ({5: people, 1: people}, {5: people * times, 1: people * times})
    for figure in (lambda scores: share_of(scores, range(4, 6)), lambda scores: mean_of(scores, (1, 5))):
        narrow, wide = figure(many), figure(few)
        assert narrow.value == wide.value
        assert narrow.highest - narrow.lowest < wide.highest - wide.lowest


def test_twelve_months_are_shown_the_current_one_last():
    months = months_until(date(2026, 3, 31))
    assert (months[0], months[-1], len(months)) == (date(2025, 4, 1), date(2026, 3, 1), 12)


@pytest.mark.parametrize("kind", list(SCALES))
def test_a_score_of_too_few_is_never_made(kind):
    with pytest.raises(AssertionError):
        score_of(kind, {1: 9})
