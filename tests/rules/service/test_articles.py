from datetime import date, timedelta

import pytest

from rules.people.access import Role
from rules.service.articles import (
    LONGEST_UNREVIEWED,
    NEVER,
    REVIEWED_AFTER,
    ArticleDatesWrong,
    ArticleKind,
    ArticleStatus,
    check_dates,
    is_read,
    is_review_due,
    last_day,
)
from rules.service.lessons import LessonIncomplete
from tests import teaching

TODAY, DAY = date(2026, 3, 16), timedelta(days=1)


@pytest.mark.parametrize(
    ("review", "end"),
    [(DAY, None), (LONGEST_UNREVIEWED, None), (DAY, DAY), (REVIEWED_AFTER, 400 * DAY)],
)
def test_a_text_is_looked_at_again_and_ends_in_the_future_if_ever(review, end):
    check_dates(TODAY, TODAY + review, None if end is None else TODAY + end)


@pytest.mark.parametrize(
    ("review", "expires_on"),
    [
        (0 * DAY, None),
        (-DAY, None),
        (LONGEST_UNREVIEWED + DAY, None),
        (DAY, TODAY),
        (DAY, TODAY - DAY),
        (DAY, NEVER),
    ],
)
def test_other_days_are_refused(review, expires_on):
    with pytest.raises(ArticleDatesWrong):
        check_dates(TODAY, TODAY + review, expires_on)


def test_a_text_is_read_from_its_publication_until_the_day_before_its_last():
    assert is_read(ArticleStatus.PUBLISHED, TODAY + DAY, TODAY)
    assert not is_read(ArticleStatus.PUBLISHED, TODAY, TODAY)
    assert not is_read(ArticleStatus.WITHDRAWN, TODAY + DAY, TODAY)
    assert not is_read(ArticleStatus.DRAFT, TODAY + DAY, TODAY)
    assert (last_day(NEVER), last_day(TODAY)) == (None, TODAY)


@pytest.mark.parametrize(
    ("role", "flags"),
    [
        (Role.MARKETER, [False, True, True]),
        (Role.MANAGER, [False, True, True]),
        (Role.AUDITOR, [False, True, True]),
        (Role.OFFICER, [None] * 3),
        (Role.CUSTOMER, [None] * 3),
        (Role.VISITOR, [None] * 3),
    ],
)
def test_a_review_that_is_due_is_told_to_those_who_write(role, flags):
    assert [is_review_due(TODAY - days * DAY, role, TODAY) for days in (-1, 0, 1)] == flags


def test_a_draft_is_reviewed_after_half_a_year_unless_it_says_otherwise():
    assert teaching.draft().checked(ArticleKind.NEWS, TODAY) == TODAY + timedelta(days=180)
    assert teaching.draft(review_on=TODAY + DAY).checked(ArticleKind.ARTICLE, TODAY) == TODAY + DAY
    with pytest.raises(LessonIncomplete):
        teaching.draft().checked(ArticleKind.LESSON, TODAY)
    with pytest.raises(ArticleDatesWrong):
        teaching.draft(expires_on=TODAY).checked(ArticleKind.ARTICLE, TODAY)
