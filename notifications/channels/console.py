"""The console: what a push would say, printed; for one machine without a push service."""

import sys
from typing import TextIO

from notifications import inbox_words
from notifications.events import Event
from rules.people.kinds import Locale


class Console:
    """Prints the push that a phone would show."""

    def __init__(self, out: TextIO | None = None) -> None:
        self._out = out

    def show(self, event: Event, locale: Locale) -> None:
        """Print it, in a language."""
        title, body = inbox_words.push(event, locale)
        out = self._out or sys.stdout
        out.write(f"[{event.message_class}] C{event.customer_id}: {title} {body} {event.link()}\n")
        out.flush()
