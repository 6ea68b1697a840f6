"""What a customer and those who look after him write to each other."""

MESSAGES_AN_HOUR = 30
"""So many messages one customer writes; those in his cases are counted for themselves."""
MOST_FILES = 6
"""Files of one message."""
MOST_WAITING = 200
"""So many conversations are shown at once of those in which somebody waits for a word."""
