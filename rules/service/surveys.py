"""Surveys: what is asked on which occasion, of whom by chance, and on what terms."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from rules.errors import Refused
from rules.people.access import MANAGERS, MARKETERS

PROPOSERS = MANAGERS | MARKETERS
MOST_PAGES = 10
MOST_QUESTIONS = 30
"""Of all pages together."""
MOST_CHOICES = 20
THE_SCORE = 0
"""The number of the one question that a scored survey asks first; those of its pages count from 1."""


class SurveyKind(StrEnum):
    """How a survey measures."""

    NPS = "NPS"
    """How likely one is to recommend us, 0 to 10: about the whole relationship."""
    CSAT = "CSAT"
    """How satisfied one was with what just happened, 1 to 5."""
    CES = "CES"
    """How far one agrees that it was easy, 1 to 7."""
    FORM = "FORM"
    """Pages of questions, without a score."""


class SurveyOccasion(StrEnum):
    """What has just happened when somebody is asked."""

    APPLICATION_DECIDED = "APPLICATION_DECIDED"
    """An application was approved or declined."""
    LOAN_DISBURSED = "LOAN_DISBURSED"
    """A loan was paid out."""
    LOAN_SETTLED = "LOAN_SETTLED"
    """A loan was repaid, and not out of a new one."""
    EVENT_ATTENDED = "EVENT_ATTENDED"
    """Somebody was checked in at an event."""
    CALLBACK_DONE = "CALLBACK_DONE"
    """Somebody was called back, or was not reached."""
    CASE_CLOSED = "CASE_CLOSED"
    """A complaint or request was closed."""
    INVITED = "INVITED"
    """None: colleagues hand out a link, to people who need not be customers. Never mixed with those drawn by chance."""


class QuestionKind(StrEnum):
    """How a question is answered."""

    CHOICE = "CHOICE"
    """By one of the choices."""
    SCALE = "SCALE"
    """By a whole number of a scale."""
    TEXT = "TEXT"
    """In words."""


SCALES: Mapping[SurveyKind, tuple[int, int]] = {
    SurveyKind.NPS: (0, 10),
    SurveyKind.CSAT: (1, 5),
    SurveyKind.CES: (1, 7),
}
"""The lowest and the highest score; a form has none."""
LOW: Mapping[SurveyKind, int] = {SurveyKind.NPS: 6, SurveyKind.CSAT: 2, SurveyKind.CES: 2}
"""Up to this score somebody is called."""
ABOUT_THE_RELATIONSHIP = frozenset({SurveyKind.NPS})


@dataclass(frozen=True, kw_only=True)
class SurveyTerms:
    """Whom a survey asks, when, and how often."""

    sample_percent: int
    """Of a hundred occasions, so many are drawn."""
    delay_hours: int
    """From the occasion until somebody is asked."""
    cooldown_days: int
    """Nobody is asked who was asked by any survey within so many days."""
    most_a_year: int
    """Nobody is asked more often within 365 days, by all surveys together."""
    remind_after_days: int | None
    """When whoever has not answered is asked again, once; None: never."""
    open_days: int
    """For how long one can answer."""


@dataclass(frozen=True, kw_only=True)
class Question:
    """A question of a page, as far as answers depend on it."""

    number: int
    """From 1, over all pages."""
    kind: QuestionKind
    is_required: bool
    lowest: int | None = None
    """Of a scale; of choices 1."""
    highest: int | None = None
    """Of a scale; of choices how many there are."""


@dataclass(frozen=True, kw_only=True)
class Condition:
    """A page is shown only where an earlier answer is one of these numbers."""

    question: int
    """An earlier question; 0 the score."""
    lowest: int
    highest: int


@dataclass(frozen=True, kw_only=True)
class Page:
    """Questions that are shown together."""

    questions: tuple[Question, ...]
    condition: Condition | None = None
    """None: it is always shown."""


@dataclass(frozen=True, kw_only=True)
class Form:
    """All that a version asks, as far as answers depend on it."""

    kind: SurveyKind
    pages: tuple[Page, ...] = ()

    @property
    def questions(self) -> tuple[Question, ...]:
        return tuple(question for page in self.pages for question in page.questions)


class SurveyProblem(StrEnum):
    """Why a survey cannot be proposed like this."""

    NOTHING_ASKED = "NOTHING_ASKED"
    """A form, or a page, without questions."""
    TOO_MUCH_ASKED = "TOO_MUCH_ASKED"
    """More than ten pages, or thirty questions."""
    CHOICES_WRONG = "CHOICES_WRONG"
    """A choice between fewer than two or more than twenty, not as many in one language as in the other, or choices where there is no choice."""
    SCALE_WRONG = "SCALE_WRONG"
    """A scale without two ends between 0 and 10, or ends where there is no scale."""
    CONDITION_WRONG = "CONDITION_WRONG"
    """A condition on what is not asked before, is answered in words, or cannot be answered so."""
    PAGES_BY_LINK = "PAGES_BY_LINK"
    """Whoever is handed a link is asked for a score and a word on it, and nothing else."""
    REMINDER_TOO_LATE = "REMINDER_TOO_LATE"
    """A reminder after the survey has ended."""


@dataclass(eq=False)
class SurveyNotPossible(Refused):
    """A survey cannot be like this; the problem says why."""

    code = "SURVEY_NOT_POSSIBLE"
    problem: SurveyProblem
    """What is wrong."""


@dataclass(frozen=True, kw_only=True)
class WrittenQuestion:
    """A question as somebody writes it."""

    kind: QuestionKind
    is_required: bool
    text_zh: str
    text_en: str
    choices_zh: Sequence[str] = ()
    choices_en: Sequence[str] = ()
    lowest: int | None = None
    highest: int | None = None


def question_of(number: int, written: WrittenQuestion) -> Question:
    """Make a question of what was written. Raises `SurveyNotPossible`."""
    ends = (written.lowest, written.highest)
    if written.kind is QuestionKind.CHOICE:
        count = len(written.choices_zh)
        if not 2 <= count <= MOST_CHOICES or len(written.choices_en) != count:
            raise SurveyNotPossible(SurveyProblem.CHOICES_WRONG)
        if ends != (None, None):
            raise SurveyNotPossible(SurveyProblem.SCALE_WRONG)
        ends = (1, count)
    elif written.choices_zh or written.choices_en:
        raise SurveyNotPossible(SurveyProblem.CHOICES_WRONG)
    elif written.kind is QuestionKind.SCALE:
        if written.lowest is None or written.highest is None or not 0 <= written.lowest < written.highest <= 10:
            raise SurveyNotPossible(SurveyProblem.SCALE_WRONG)
    elif ends != (None, None):
        raise SurveyNotPossible(SurveyProblem.SCALE_WRONG)
    return Question(number=number, kind=written.kind, is_required=written.is_required, lowest=ends[0], highest=ends[1])


def check_form(form: Form, occasion: SurveyOccasion, terms: SurveyTerms) -> None:
    """Let a survey be asked as it is written. Raises `SurveyNotPossible`."""
    if not all(page.questions for page in form.pages) or (form.kind is SurveyKind.FORM and not form.pages):
        raise SurveyNotPossible(SurveyProblem.NOTHING_ASKED)
    if len(form.pages) > MOST_PAGES or len(form.questions) > MOST_QUESTIONS:
        raise SurveyNotPossible(SurveyProblem.TOO_MUCH_ASKED)
    if occasion is SurveyOccasion.INVITED and form.pages:
        raise SurveyNotPossible(SurveyProblem.PAGES_BY_LINK)
    if terms.remind_after_days is not None and terms.remind_after_days >= terms.open_days:
        raise SurveyNotPossible(SurveyProblem.REMINDER_TOO_LATE)
    before = {THE_SCORE: SCALES[form.kind]} if form.kind in SCALES else {}
    for page in form.pages:
        if page.condition is not None and not _can_hold(page.condition, before):
            raise SurveyNotPossible(SurveyProblem.CONDITION_WRONG)
        for each in page.questions:
            if each.lowest is not None and each.highest is not None:
                before[each.number] = (each.lowest, each.highest)


def _can_hold(condition: Condition, before: Mapping[int, tuple[int, int]]) -> bool:
    if condition.question not in before:
        return False
    lowest, highest = before[condition.question]
    return lowest <= condition.lowest <= condition.highest <= highest


def is_drawn(keyed_hash: str, percent: int) -> bool:
    """Draw by a keyed hash of survey, person and occasion, in hexadecimal.

    Nobody without the key foresees who is drawn, and whoever looks again draws the same.
    """
    return int(keyed_hash[:12], 16) % 100 < percent


def is_low(kind: SurveyKind, score: int | None) -> bool:
    """Say whether somebody who scores so is called."""
    return score is not None and score <= LOW[kind]


@dataclass(frozen=True, kw_only=True)
class WrittenPage:
    """A page as somebody writes it."""

    questions: Sequence[WrittenQuestion]
    condition: Condition | None = None


def form_of(kind: SurveyKind, pages: Sequence[WrittenPage]) -> Form:
    """Number the questions of what was written. Raises `SurveyNotPossible`."""
    made, number = list[Page](), 0
    for page in pages:
        questions = list[Question]()
        for written in page.questions:
            number += 1
            questions.append(question_of(number, written))
        made.append(Page(questions=tuple(questions), condition=page.condition))
    return Form(kind=kind, pages=tuple(made))
