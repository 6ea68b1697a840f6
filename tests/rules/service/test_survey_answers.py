from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.service.survey_answers import (
    Answer,
    AnswerKept,
    AnswerNotTaken,
    AnswerProblem,
    SurveyOver,
    check_answers,
    check_time,
    numbers_of,
    shown_pages,
)
from rules.service.surveys import (
    SCALES,
    Condition,
    Form,
    Page,
    Question,
    QuestionKind,
    SurveyKind,
    form_of,
)
from tests.asking import PAGES

NOON = datetime(2026, 3, 16, 4, tzinfo=UTC)
FORM = form_of(SurveyKind.FORM, PAGES)
"""1, a choice of three that is required; 2, a scale from 1 to 5; 3, words, after the third choice only."""


def number(question: int, said: int) -> Answer:
    return Answer(question=question, number=said)


def words(question: int, said: str = "太慢了。") -> Answer:
    return Answer(question=question, text=said)


def test_what_is_shown_is_answered():
    check_answers(FORM, None, [number(1, 1)])
    check_answers(FORM, None, [number(2, 5), number(1, 2)])
    check_answers(FORM, None, [number(1, 3), words(3)])
    check_answers(FORM, None, [number(1, 3)])


@pytest.mark.parametrize(
    ("answers", "question", "problem"),
    [
        ([number(4, 1)], 4, AnswerProblem.UNKNOWN),
        ([number(1, 1), number(1, 1)], 1, AnswerProblem.TWICE),
        ([words(1)], 1, AnswerProblem.WRONG_KIND),
        ([number(1, 3), number(3, 1)], 3, AnswerProblem.WRONG_KIND),
        ([Answer(question=1, number=1, text="一")], 1, AnswerProblem.WRONG_KIND),
        ([Answer(question=1)], 1, AnswerProblem.WRONG_KIND),
        ([number(1, 0)], 1, AnswerProblem.OUT_OF_SCALE),
        ([number(1, 4)], 1, AnswerProblem.OUT_OF_SCALE),
        ([number(1, 1), number(2, 6)], 2, AnswerProblem.OUT_OF_SCALE),
        ([number(1, 2), words(3)], 3, AnswerProblem.NOT_SHOWN),
        ([], 1, AnswerProblem.MISSING),
        ([number(2, 3)], 1, AnswerProblem.MISSING),
    ],
)
def test_what_does_not_fit_is_refused_with_its_place(answers, question, problem):
    with pytest.raises(AnswerNotTaken) as refused:
        check_answers(FORM, None, answers)
    assert (refused.value.question, refused.value.problem) == (question, problem)


@pytest.mark.parametrize("kind", SCALES)
def test_a_score_is_required_and_within_its_scale(kind):
    lowest, highest = SCALES[kind]
    for score in range(lowest, highest + 1):
        check_answers(Form(kind=kind), score, [])
    for score, problem in (
        (lowest - 1, AnswerProblem.OUT_OF_SCALE),
        (highest + 1, AnswerProblem.OUT_OF_SCALE),
        (None, AnswerProblem.MISSING),
    ):
        with pytest.raises(AnswerNotTaken) as refused:
            check_answers(Form(kind=kind), score, [])
        assert (refused.value.question, refused.value.problem) == (0, problem)


def test_a_form_has_no_score():
    with pytest.raises(AnswerNotTaken) as refused:
        check_answers(FORM, 5, [number(1, 1)])
    assert (refused.value.question, refused.value.problem) == (0, AnswerProblem.UNKNOWN)


def test_a_page_after_a_page_that_is_not_shown_is_not_shown():
    chain = Form(
        kind=SurveyKind.NPS,
        pages=tuple(
            Page(
                questions=(Question(number=each, kind=QuestionKind.SCALE, is_required=False, lowest=0, highest=9),),
                condition=Condition(question=each - 1, lowest=0, highest=6),
            )
            for each in (1, 2)
        ),
    )
    assert shown_pages(chain, {0: 7, 1: 0}) == ()
    assert shown_pages(chain, {0: 6, 1: 7}) == chain.pages[:1]
    assert shown_pages(chain, {0: 6, 1: 0}) == chain.pages


@st.composite
def forms(draw: st.DrawFn) -> Form:
    """A scored survey of pages whose conditions are on anything that is answered by a number before."""
    pages, scales, count = list[Page](), {0: SCALES[SurveyKind.NPS]}, 0
    for _ in range(draw(st.integers(0, 4))):
        condition = None
        if draw(st.booleans()):
            on = draw(st.sampled_from(sorted(scales)))
            lowest = draw(st.integers(*scales[on]))
            condition = Condition(question=on, lowest=lowest, highest=draw(st.integers(lowest, scales[on][1])))
        questions = list[Question]()
        for _ in range(draw(st.integers(1, 3))):
            count += 1
            is_scale = draw(st.booleans())
            ends = (0, draw(st.integers(1, 9))) if is_scale else (None, None)
            kind = QuestionKind.SCALE if is_scale else QuestionKind.TEXT
            required = draw(st.booleans())
            questions.append(Question(number=count, kind=kind, is_required=required, lowest=ends[0], highest=ends[1]))
        pages.append(Page(questions=tuple(questions), condition=condition))
        scales |= {each.number: (each.lowest, each.highest) for each in questions if each.lowest is not None}
    return Form(kind=SurveyKind.NPS, pages=tuple(pages))


@given(forms(), st.integers(0, 10), st.data())
def test_whoever_answers_what_he_is_shown_is_taken_and_nothing_else_is(form, score, data):
    answers = list[Answer]()
    for page in form.pages:  # As the page behind a link does: each after what was said before.
        if page in shown_pages(form, numbers_of(score, answers)):
            for each in page.questions:
                if each.is_required or data.draw(st.booleans()):
                    said = None if each.lowest is None else data.draw(st.integers(each.lowest, each.highest))
                    answers.append(Answer(question=each.number, number=said, text="好" if said is None else None))
    check_answers(form, score, answers)
    shown = {each.number: each for page in shown_pages(form, numbers_of(score, answers)) for each in page.questions}
    assert {answer.question for answer in answers} <= set(shown)
    for each in form.questions:
        if each.number not in shown:
            extra = Answer(question=each.number, number=each.lowest, text="好" if each.lowest is None else None)
            with pytest.raises(AnswerNotTaken):
                check_answers(form, score, [*answers, extra])
        elif each.is_required:
            with pytest.raises(AnswerNotTaken):
                check_answers(form, score, [answer for answer in answers if answer.question != each.number])


def test_one_answers_before_the_end_and_changes_it_for_a_day():
    end, day = NOON + timedelta(days=14), timedelta(hours=24)
    check_time(end - timedelta(seconds=1), end, None)
    with pytest.raises(SurveyOver) as over:
        check_time(end, end, None)
    assert over.value.ended_at == end
    check_time(NOON + day - timedelta(seconds=1), end, NOON)
    with pytest.raises(AnswerKept) as kept:
        check_time(NOON + day, end, NOON)
    assert kept.value.changeable_until == NOON + day
    check_time(end + timedelta(hours=1), end, end - timedelta(hours=1))
