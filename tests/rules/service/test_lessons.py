import pytest

from rules.service.articles import ArticleKind
from rules.service.lessons import (
    MOST_CHOICES,
    MOST_PAGES,
    MOST_QUESTIONS,
    AnswersMissing,
    AnswersWrong,
    Asked,
    ChoiceText,
    LessonIncomplete,
    PageText,
    QuestionText,
    check_answers,
    check_lesson,
)

PAGE = PageText("一", "One")


def question(choices: int, right: int) -> QuestionText:
    return QuestionText("问", "Asked", [ChoiceText("选", "Choice")] * choices, right)


@pytest.mark.parametrize(
    ("pages", "questions"),
    [(1, [question(2, 1)]), (MOST_PAGES, [question(MOST_CHOICES, MOST_CHOICES)] * MOST_QUESTIONS)],
)
def test_a_lesson_has_pages_and_questions_with_a_right_choice(pages, questions):
    check_lesson(ArticleKind.LESSON, [PAGE] * pages, questions)


@pytest.mark.parametrize(
    ("kind", "pages", "questions"),
    [
        (ArticleKind.LESSON, 0, [question(2, 1)]),
        (ArticleKind.LESSON, 1, []),
        (ArticleKind.LESSON, MOST_PAGES + 1, [question(2, 1)]),
        (ArticleKind.LESSON, 1, [question(2, 1)] * (MOST_QUESTIONS + 1)),
        (ArticleKind.LESSON, 1, [question(1, 1)]),
        (ArticleKind.LESSON, 1, [question(2, 1), question(MOST_CHOICES + 1, 1)]),
        (ArticleKind.LESSON, 1, [question(2, 0)]),
        (ArticleKind.LESSON, 1, [question(2, 3)]),
        (ArticleKind.ARTICLE, 1, []),
        (ArticleKind.NEWS, 0, [question(2, 1)]),
    ],
)
def test_anything_else_is_no_lesson_and_no_article(kind, pages, questions):
    with pytest.raises(LessonIncomplete):
        check_lesson(kind, [PAGE] * pages, questions)


ASKED = [Asked(1, 2, 1), Asked(2, 3, 3), Asked(3, 2, 2)]


def test_who_answers_rightly_throughout_passes_in_any_order():
    check_answers(ASKED, [(3, 2), (1, 1), (2, 3)])


@pytest.mark.parametrize(
    "answers",
    [
        [],
        [(1, 1), (2, 3)],
        [(1, 1), (2, 3), (3, 2), (4, 1)],
        [(1, 1), (2, 3), (3, 2), (3, 2)],
        [(1, 1), (2, 3), (3, 3)],
        [(1, 1), (2, 3), (3, 0)],
    ],
)
def test_each_question_is_answered_once_by_one_of_its_choices(answers):
    with pytest.raises(AnswersMissing):
        check_answers(ASKED, answers)


def test_wrong_answers_are_named():
    with pytest.raises(AnswersWrong) as refused:
        check_answers(ASKED, [(3, 1), (1, 2), (2, 3)])
    assert refused.value.questions == (1, 3)
