from datetime import UTC, datetime, timedelta

import pytest

from rules.service.visits import WRITTEN_DOWN_WITHIN, VisitedNotThen, check_visited

NOON, SECOND = datetime(2026, 3, 16, 4, tzinfo=UTC), timedelta(seconds=1)


def test_a_visit_is_written_down_from_its_moment_on_for_thirty_days():
    check_visited(NOON, NOON)
    check_visited(NOON - WRITTEN_DOWN_WITHIN, NOON)
    for wrong in (NOON + SECOND, NOON - WRITTEN_DOWN_WITHIN - SECOND):
        with pytest.raises(VisitedNotThen):
            check_visited(wrong, NOON)
