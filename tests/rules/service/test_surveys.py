import hmac
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.service.surveys import (
    Condition,
    QuestionKind,
    SurveyKind,
    SurveyNotPossible,
    SurveyOccasion,
    SurveyProblem,
    WrittenPage,
    check_form,
    form_of,
    is_drawn,
    is_low,
)
from tests.asking import EASE, PAGES, WHY, WORDS, terms


def problem_of(
    kind: SurveyKind, *pages: WrittenPage, occasion: SurveyOccasion = SurveyOccasion.LOAN_DISBURSED, **changed: object
) -> SurveyProblem | None:
    try:
        check_form(form_of(kind, pages), occasion, terms(**changed))
    except SurveyNotPossible as refused:
        return refused.problem
    return None


def after(question: int, lowest: int, highest: int) -> WrittenPage:
    return WrittenPage(questions=(WORDS,), condition=Condition(question=question, lowest=lowest, highest=highest))


def asking(**changed: object) -> WrittenPage:
    return WrittenPage(questions=(replace(WORDS, **changed),))


def test_what_can_be_asked():
    assert problem_of(SurveyKind.NPS) is None
    assert problem_of(SurveyKind.NPS, *PAGES, after(0, 0, 6), after(2, 1, 2)) is None
    assert problem_of(SurveyKind.FORM, *PAGES) is None
    assert problem_of(SurveyKind.CSAT, occasion=SurveyOccasion.INVITED, remind_after_days=None) is None


@pytest.mark.parametrize(
    ("pages", "problem"),
    [
        ((), SurveyProblem.NOTHING_ASKED),
        ((WrittenPage(questions=()),), SurveyProblem.NOTHING_ASKED),
        ((PAGES[0],) * 11, SurveyProblem.TOO_MUCH_ASKED),
        ((WrittenPage(questions=(WHY,) * 31),), SurveyProblem.TOO_MUCH_ASKED),
        ((after(0, 0, 6),), SurveyProblem.CONDITION_WRONG),
        ((PAGES[0], after(3, 1, 1)), SurveyProblem.CONDITION_WRONG),
        ((WrittenPage(questions=(WORDS,)), after(1, 1, 1)), SurveyProblem.CONDITION_WRONG),
        ((PAGES[0], after(1, 1, 4)), SurveyProblem.CONDITION_WRONG),
        ((PAGES[0], after(1, 3, 2)), SurveyProblem.CONDITION_WRONG),
        ((PAGES[0], after(-1, 1, 1)), SurveyProblem.CONDITION_WRONG),
        ((asking(kind=QuestionKind.CHOICE),), SurveyProblem.CHOICES_WRONG),
        ((asking(choices_zh=("一", "二"), choices_en=("one", "two")),), SurveyProblem.CHOICES_WRONG),
        ((WrittenPage(questions=(replace(WHY, choices_en=("one", "two")),)),), SurveyProblem.CHOICES_WRONG),
        ((WrittenPage(questions=(replace(WHY, lowest=1, highest=3),)),), SurveyProblem.SCALE_WRONG),
        ((asking(kind=QuestionKind.SCALE),), SurveyProblem.SCALE_WRONG),
        ((asking(lowest=1, highest=5),), SurveyProblem.SCALE_WRONG),
        ((WrittenPage(questions=(replace(EASE, lowest=5, highest=5),)),), SurveyProblem.SCALE_WRONG),
        ((WrittenPage(questions=(replace(EASE, highest=11),)),), SurveyProblem.SCALE_WRONG),
    ],
)
def test_what_cannot_be_asked_is_refused_with_the_problem(pages, problem):
    assert problem_of(SurveyKind.FORM, *pages) is problem


def test_whoever_gets_a_link_is_asked_for_a_score_only():
    problem = problem_of(SurveyKind.CSAT, *PAGES, occasion=SurveyOccasion.INVITED)
    assert problem is SurveyProblem.PAGES_BY_LINK


def test_nobody_is_reminded_of_what_has_ended():
    assert problem_of(SurveyKind.CSAT, remind_after_days=14) is SurveyProblem.REMINDER_TOO_LATE


def test_a_condition_may_be_on_the_score_within_its_scale():
    assert problem_of(SurveyKind.CSAT, after(0, 1, 2)) is None
    assert problem_of(SurveyKind.CSAT, after(0, 0, 2)) is SurveyProblem.CONDITION_WRONG


def hashed(text: str) -> str:
    return hmac.new(b"k", text.encode(), "sha256").hexdigest()


@given(st.text(), st.integers(1, 99))
def test_whoever_is_drawn_is_drawn_again_and_of_a_larger_sample_too(text, percent):
    drawn = is_drawn(hashed(text), percent)
    assert is_drawn(hashed(text), percent) is drawn
    assert not drawn or is_drawn(hashed(text), percent + 1)
    assert is_drawn(hashed(text), 100)


@pytest.mark.parametrize("percent", [1, 25, 60])
def test_about_as_many_are_drawn_as_are_meant(percent):
    share = sum(is_drawn(hashed(f"customer {number}"), percent) for number in range(10_000)) / 100
    assert abs(share - percent) < 2


@pytest.mark.parametrize(("kind", "highest_low"), [(SurveyKind.NPS, 6), (SurveyKind.CSAT, 2), (SurveyKind.CES, 2)])
def test_up_to_which_score_somebody_is_called(kind, highest_low):
    assert is_low(kind, highest_low)
    assert not is_low(kind, highest_low + 1)
    assert not is_low(SurveyKind.FORM, None)
