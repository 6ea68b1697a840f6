"""What is told of conversations. What was written is read in the app."""

from dataclasses import dataclass

from notifications.events import Event, link_to
from rules.notifications.classes import MessageClass


@dataclass(frozen=True, kw_only=True)
class MessageReceived(Event):
    """Sent when one of us wrote to a customer; a phone shows it once, however many there are."""

    message_class = MessageClass.SERVICE
    conversation_id: int

    @property
    def tag(self) -> str | None:
        return f"conversation-{self.conversation_id}"

    def link(self) -> str:
        return link_to("conversations", self.conversation_id)
