"""A message shown to one of the staff, as a customer would get it."""

from dataclasses import dataclass
from typing import NewType

from notifications import words
from notifications.events import Event, OwnWords
from rules.notifications.classes import MessageClass
from rules.people.kinds import Locale

KindName = NewType("KindName", str)
"""What an event is called, such as RepaymentReceived."""


@dataclass(frozen=True, kw_only=True)
class PreviewSent(Event):
    """Sent to a member of staff who asked to see a message on his own phone, filled with values of nobody."""

    message_class = MessageClass.SERVICE
    of: KindName

    def own_words(self, locale: Locale) -> OwnWords:
        from notifications.previews import preview_of  # noqa: PLC0415  It knows every event, this one too.

        shown = preview_of(self.of, locale)
        texts = (shown.push_title, shown.push_body, shown.inbox)
        return OwnWords(*(words.say("event.PreviewSent", locale, shown=text) for text in texts))
