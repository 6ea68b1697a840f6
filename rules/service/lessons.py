"""Lessons: what they consist of, and when one is completed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rules.errors import Refused
from rules.service.articles import ArticleKind

MOST_PAGES = 20
MOST_QUESTIONS = 10
FEWEST_CHOICES, MOST_CHOICES = 2, 6


@dataclass(frozen=True)
class PageText:
    """A page, in both languages."""

    text_zh: str
    text_en: str


@dataclass(frozen=True)
class ChoiceText:
    """What can be chosen, in both languages."""

    text_zh: str
    text_en: str


@dataclass(frozen=True)
class QuestionText:
    """A question with its choices, in order; the right one by its number, from 1."""

    text_zh: str
    text_en: str
    choices: Sequence[ChoiceText]
    right_choice: int


@dataclass(eq=False)
class LessonIncomplete(Refused):
    """A lesson has pages and questions, each with at least two choices, one of which is right; nothing else has any."""

    code = "LESSON_INCOMPLETE"
    path = ("draft", "questions")


@dataclass(eq=False)
class AnswersMissing(Refused):
    """Each question is answered once, by one of its choices."""

    code = "ANSWERS_MISSING"
    path = ("answers",)


@dataclass(eq=False)
class AnswersWrong(Refused):
    """Some answers are wrong: read the pages again, and try once more."""

    code = "ANSWERS_WRONG"
    path = ("answers",)
    questions: tuple[int, ...]
    """The numbers of the questions that were answered wrongly."""


def check_lesson(kind: ArticleKind, pages: Sequence[PageText], questions: Sequence[QuestionText]) -> None:
    """Let a lesson be whole, and anything else be without pages and questions. Raises `LessonIncomplete`."""
    if kind is not ArticleKind.LESSON:
        if pages or questions:
            raise LessonIncomplete
        return
    if not 1 <= len(pages) <= MOST_PAGES or not 1 <= len(questions) <= MOST_QUESTIONS:
        raise LessonIncomplete
    for question in questions:
        count = len(question.choices)
        if not FEWEST_CHOICES <= count <= MOST_CHOICES or not 1 <= question.right_choice <= count:
            raise LessonIncomplete


@dataclass(frozen=True)
class Asked:
    """A question as it is marked."""

    number: int
    choices: int
    right_choice: int


def check_answers(asked: Sequence[Asked], answers: Sequence[tuple[int, int]]) -> None:
    """Let pass who chose rightly throughout; `answers` are numbers of questions and of choices.

    Raises `AnswersMissing` unless each question is answered once, `AnswersWrong` naming each wrong answer.
    """
    chosen: Mapping[int, int] = dict(answers)
    if len(chosen) != len(answers) or chosen.keys() != {question.number for question in asked}:
        raise AnswersMissing
    if any(not 1 <= chosen[question.number] <= question.choices for question in asked):
        raise AnswersMissing
    wrong = [question.number for question in asked if chosen[question.number] != question.right_choice]
    if wrong:
        raise AnswersWrong(tuple(sorted(wrong)))
