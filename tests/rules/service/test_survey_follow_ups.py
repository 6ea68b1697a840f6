from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from rules.products.holidays import SpecialDay, SpecialDayKind, make_calendar
from rules.service.survey_follow_ups import due_by

SHANGHAI = ZoneInfo("Asia/Shanghai")


def test_it_is_due_by_the_end_of_the_next_business_day():
    calendar = make_calendar("CN", [SpecialDay(date(2026, 3, 23), SpecialDayKind.HOLIDAY)])
    assert due_by(date(2026, 3, 16), calendar, SHANGHAI) == datetime(2026, 3, 17, 16, tzinfo=UTC)
    assert due_by(date(2026, 3, 20), calendar, SHANGHAI) == datetime(2026, 3, 24, 16, tzinfo=UTC)
