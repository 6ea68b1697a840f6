"""The clocks."""

from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from models import AccountingDay
from models.clock import SystemClock, TravellingClock
from models.database.statements import counted
from tests import make


async def test_the_business_date_is_the_open_day_and_not_the_calendars(db):
    clock = SystemClock("Asia/Shanghai")
    await clock.refresh()
    assert clock.today() == make.TODAY != clock.calendar_day()


async def test_before_the_first_day_is_opened_it_is_the_calendar_day_of_the_lenders_zone(db):
    await AccountingDay.all().delete()
    for zone in ("Asia/Shanghai", "Pacific/Kiritimati", "Pacific/Niue"):
        clock = SystemClock(zone)
        await clock.refresh()
        assert clock.today() == clock.now().astimezone(ZoneInfo(zone)).date()


async def test_the_day_is_read_again_after_a_second_and_not_before(db, monkeypatch):
    seconds = 100.0
    monkeypatch.setattr("models.clock.time.monotonic", lambda: seconds)
    clock = SystemClock("Asia/Shanghai")
    await clock.refresh()
    await AccountingDay.filter(is_open=True).update(on=date(2026, 3, 17))
    seconds = 100.9
    with counted() as statements:
        await clock.refresh()
    assert (statements, clock.today()) == ([], make.TODAY)
    seconds = 101.0
    await clock.refresh()
    assert clock.today() == date(2026, 3, 17)


def test_the_real_time_is_in_utc():
    assert SystemClock("Asia/Shanghai").now().tzinfo is UTC


def test_a_travelling_clock_stands_still_until_it_is_moved():
    clock = TravellingClock(datetime(2026, 3, 16, 12, tzinfo=timezone(timedelta(hours=8))), make.TODAY)
    assert clock.now() == clock.now() == make.NOON
    assert clock.now().tzinfo is UTC
    clock.moment += timedelta(hours=1)
    clock.business_date = date(2026, 3, 17)
    assert (clock.now(), clock.today()) == (make.NOON + timedelta(hours=1), date(2026, 3, 17))


def test_a_time_without_a_zone_is_refused():
    with pytest.raises(AssertionError):
        TravellingClock(datetime(2026, 3, 16), make.TODAY)  # noqa: DTZ001
