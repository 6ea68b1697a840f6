"""Answering a survey: what is shown, what fits, until when it can be changed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from rules.errors import Refused
from rules.service.surveys import SCALES, THE_SCORE, Form, Page, Question, QuestionKind

EDITED_WITHIN = timedelta(hours=24)
LONGEST_TEXT = 2_000


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What somebody says to one question of a page: a number, or words."""

    question: int
    number: int | None = None
    """Of a scale, or of a choice from 1."""
    text: str | None = None


class AnswerProblem(StrEnum):
    """Why an answer is not taken."""

    UNKNOWN = "UNKNOWN"
    """The survey does not ask this."""
    TWICE = "TWICE"
    """It was answered twice."""
    WRONG_KIND = "WRONG_KIND"
    """It is answered by a number and not by words, or by words and not by a number."""
    OUT_OF_SCALE = "OUT_OF_SCALE"
    """The number is not one of its scale, or of its choices."""
    NOT_SHOWN = "NOT_SHOWN"
    """Its page is not shown to whoever answers so before."""
    MISSING = "MISSING"
    """It has to be answered."""


@dataclass(eq=False)
class AnswerNotTaken(Refused):
    """An answer does not fit what was asked; the question and the problem say where and why."""

    code = "ANSWER_NOT_TAKEN"
    path = ("answers",)
    question: int
    """The number of the question; 0 for the score."""
    problem: AnswerProblem
    """What is wrong."""


@dataclass(eq=False)
class SurveyOver(Refused):
    """The time to answer is over."""

    code = "SURVEY_OVER"
    ended_at: datetime
    """When it was."""


@dataclass(eq=False)
class AnswerKept(Refused):
    """It was answered, and cannot be changed any more."""

    code = "ANSWER_KEPT"
    changeable_until: datetime
    """Until when it could be."""


def numbers_of(score: int | None, answers: Iterable[Answer]) -> dict[int, int]:
    """Give what is answered by numbers, the score as 0: on these, pages depend."""
    numbers = {answer.question: answer.number for answer in answers if answer.number is not None}
    return numbers if score is None else {**numbers, THE_SCORE: score}


def shown_pages(form: Form, numbers: Mapping[int, int]) -> tuple[Page, ...]:
    """Give the pages that are shown to whoever answers with these numbers, by question.

    A condition on a question whose own page is not shown does not hold.
    """
    shown, said = list[Page](), {THE_SCORE: numbers[THE_SCORE]} if THE_SCORE in numbers else {}
    for page in form.pages:
        if holds(page, said):
            shown.append(page)
            said |= {each.number: numbers[each.number] for each in page.questions if each.number in numbers}
    return tuple(shown)


def holds(page: Page, said: Mapping[int, int]) -> bool:
    """Say whether a page is shown after these answers."""
    condition = page.condition
    if condition is None:
        return True
    return condition.question in said and condition.lowest <= said[condition.question] <= condition.highest


def check_answers(form: Form, score: int | None, answers: Iterable[Answer]) -> None:
    """Let answers fit what a version asks. Raises `AnswerNotTaken`, about the first that does not."""
    _check_score(form, score)
    questions, given = {each.number: each for each in form.questions}, dict[int, Answer]()
    for answer in answers:
        if answer.question not in questions:
            raise AnswerNotTaken(answer.question, AnswerProblem.UNKNOWN)
        if answer.question in given:
            raise AnswerNotTaken(answer.question, AnswerProblem.TWICE)
        _check_one(questions[answer.question], answer)
        given[answer.question] = answer
    pages = shown_pages(form, numbers_of(score, given.values()))
    shown = {each.number: each for page in pages for each in page.questions}
    for number in given:
        if number not in shown:
            raise AnswerNotTaken(number, AnswerProblem.NOT_SHOWN)
    for number, question in shown.items():
        if question.is_required and number not in given:
            raise AnswerNotTaken(number, AnswerProblem.MISSING)


def _check_score(form: Form, score: int | None) -> None:
    if form.kind not in SCALES:
        if score is not None:
            raise AnswerNotTaken(THE_SCORE, AnswerProblem.UNKNOWN)
        return
    if score is None:
        raise AnswerNotTaken(THE_SCORE, AnswerProblem.MISSING)
    lowest, highest = SCALES[form.kind]
    if not lowest <= score <= highest:
        raise AnswerNotTaken(THE_SCORE, AnswerProblem.OUT_OF_SCALE)


def _check_one(question: Question, answer: Answer) -> None:
    in_words = question.kind is QuestionKind.TEXT
    if (answer.text is None) is in_words or (answer.number is None) is not in_words:
        raise AnswerNotTaken(question.number, AnswerProblem.WRONG_KIND)
    if answer.number is not None:
        assert question.lowest is not None, "what is answered by a number has a scale"
        assert question.highest is not None, "what is answered by a number has a scale"
        if not question.lowest <= answer.number <= question.highest:
            raise AnswerNotTaken(question.number, AnswerProblem.OUT_OF_SCALE)


def check_time(now: datetime, ends_at: datetime, answered_at: datetime | None) -> None:
    """Let somebody answer before the end, or change what he answered within a day. Raises `SurveyOver`, `AnswerKept`."""
    if answered_at is None:
        if now >= ends_at:
            raise SurveyOver(ends_at)
    elif now >= answered_at + EDITED_WITHIN:
        raise AnswerKept(answered_at + EDITED_WITHIN)
