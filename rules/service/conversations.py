"""What a customer and those who look after him write to each other."""

from datetime import datetime, timedelta

from rules.service.cases import TooManyMessages

MESSAGES_AN_HOUR = 30
"""So many messages one customer writes; those in his cases are counted for themselves."""
MOST_FILES = 6
"""Files of one message."""
MOST_WAITING = 200
"""So many conversations are shown at once of those in which somebody waits for a word."""


def check_next_message(latest: list[datetime]) -> None:
    """Let somebody write who wrote these within the last hour, newest first. Raises `TooManyMessages`."""
    if len(latest) >= MESSAGES_AN_HOUR:
        raise TooManyMessages(again_at=latest[MESSAGES_AN_HOUR - 1] + timedelta(hours=1))
