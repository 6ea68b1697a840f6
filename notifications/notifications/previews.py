"""A message shown to one of the staff, as a customer would get it."""

from dataclasses import dataclass

from notifications import words
from notifications.events import Event, OwnWords
from rules.notifications.classes import MessageClass
from rules.people.kinds import Locale


@dataclass(frozen=True, kw_only=True)
class PreviewSent(Event):
    """Sent to a member of staff who asked to see a message on his own phone, filled with values of nobody."""

    message_class = MessageClass.SERVICE
    title: str
    body: str
    inbox: str

    def own_words(self, locale: Locale) -> OwnWords:
        shown = {"title": self.title, "body": self.body, "inbox": self.inbox}
        return OwnWords(**{part: words.say("event.PreviewSent", locale, shown=text) for part, text in shown.items()})
