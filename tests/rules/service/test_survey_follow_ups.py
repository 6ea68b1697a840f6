from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from rules.products.holidays import SpecialDay, SpecialDayKind, make_calendar
from rules.service.business_time import DEFAULT_HOURS, BusinessTime
from rules.service.survey_follow_ups import due_by

SHANGHAI = ZoneInfo("Asia/Shanghai")


def test_it_is_due_by_the_end_of_the_next_business_day():
    calendar = make_calendar("CN", [SpecialDay(date(2026, 3, 23), SpecialDayKind.HOLIDAY)])
    times = BusinessTime(DEFAULT_HOURS, calendar, SHANGHAI)
    assert due_by(datetime(2026, 3, 16, 15, 59, tzinfo=UTC), times) == datetime(2026, 3, 17, 16, tzinfo=UTC)
    assert due_by(datetime(2026, 3, 19, 16, tzinfo=UTC), times) == datetime(2026, 3, 24, 16, tzinfo=UTC)
