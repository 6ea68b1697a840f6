from datetime import UTC, datetime, timedelta

import pytest

from rules.loyalty.customer_events import LONGEST, LONGEST_AHEAD, EventTimesWrong, check_times, shown_count

NOW = datetime(2026, 3, 16, 4, tzinfo=UTC)
DAY, SECOND, NONE = timedelta(days=1), timedelta(seconds=1), timedelta(0)


@pytest.mark.parametrize(
    ("closes", "starts", "ends"),
    [
        (SECOND, SECOND, 2 * SECOND),
        (DAY, 2 * DAY, 3 * DAY),
        (DAY, LONGEST_AHEAD, LONGEST_AHEAD + LONGEST),
    ],
)
def test_an_event_is_ahead_and_does_not_last_for_ever(closes, starts, ends):
    check_times(NOW, NOW + closes, NOW + starts, NOW + ends)


@pytest.mark.parametrize(
    ("closes", "starts", "ends"),
    [
        (NONE, DAY, 2 * DAY),
        (-DAY, DAY, 2 * DAY),
        (DAY + SECOND, DAY, 2 * DAY),
        (DAY, DAY, DAY),
        (DAY, 2 * DAY, DAY),
        (DAY, LONGEST_AHEAD + SECOND, LONGEST_AHEAD + DAY),
        (DAY, DAY, DAY + LONGEST + SECOND),
    ],
)
def test_other_times_are_refused(closes, starts, ends):
    with pytest.raises(EventTimesWrong):
        check_times(NOW, NOW + closes, NOW + starts, NOW + ends)


@pytest.mark.parametrize(
    ("count", "fewest", "shown"), [(10, 10, 10), (9, 10, None), (0, 10, None), (0, 0, 0), (1, 1, 1)]
)
def test_a_number_of_too_few_is_not_shown(count, fewest, shown):
    assert shown_count(count, fewest) == shown
