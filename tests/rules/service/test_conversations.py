from datetime import UTC, datetime, timedelta

import pytest

from rules.service.cases import TooManyMessages
from rules.service.conversations import MESSAGES_AN_HOUR, check_next_message

NOON = datetime(2026, 3, 16, 4, tzinfo=UTC)


def test_the_next_message_is_taken_an_hour_after_the_first_of_the_last_thirty():
    latest = [NOON - timedelta(minutes=number) for number in range(MESSAGES_AN_HOUR)]
    check_next_message(latest[:-1])
    with pytest.raises(TooManyMessages) as refused:
        check_next_message(latest)
    assert refused.value.again_at == NOON + timedelta(minutes=60 - 29)
