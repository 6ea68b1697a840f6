from datetime import UTC, datetime, timedelta

from rules.notifications.addresses import SILENT_AFTER, is_silent

NOW = datetime(2026, 3, 16, 4, tzinfo=UTC)


def test_an_address_is_silent_from_the_thirtieth_day_on():
    assert not is_silent(NOW, NOW)
    assert not is_silent(NOW - SILENT_AFTER + timedelta(seconds=1), NOW)
    assert is_silent(NOW - SILENT_AFTER, NOW)
