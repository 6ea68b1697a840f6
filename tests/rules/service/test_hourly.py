from datetime import UTC, datetime, timedelta

from rules.service.hourly import again_at

NOON = datetime(2026, 3, 16, 4, tzinfo=UTC)
MOST = 30


def test_the_next_message_is_taken_an_hour_after_the_first_of_the_last_thirty():
    latest = [NOON - timedelta(minutes=number) for number in range(MOST)]
    assert again_at(latest[:-1], MOST) is None
    assert again_at(latest, MOST) == NOON + timedelta(minutes=60 - 29)
