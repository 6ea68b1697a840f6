from datetime import date, timedelta

import pytest

from rules.service.staff_lessons import LONGEST_AHEAD, LessonDueDateWrong, check_due_date, is_overdue

TODAY, DAY = date(2026, 3, 16), timedelta(days=1)


def test_a_lesson_is_due_from_today_on_within_a_year():
    check_due_date(TODAY, TODAY)
    check_due_date(TODAY, TODAY + LONGEST_AHEAD)
    for due_on in (TODAY - DAY, TODAY + LONGEST_AHEAD + DAY):
        with pytest.raises(LessonDueDateWrong):
            check_due_date(TODAY, due_on)


def test_what_is_not_completed_when_its_day_is_over_is_overdue():
    assert [is_overdue(TODAY, completion, TODAY + DAY) for completion in (None, 7)] == [True, False]
    assert not is_overdue(TODAY, None, TODAY)
