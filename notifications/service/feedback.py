"""What is told to whoever said something of us."""

from dataclasses import dataclass

from notifications.events import Event, link_to
from rules.notifications.classes import MessageClass


@dataclass(frozen=True, kw_only=True)
class FeedbackAnswered(Event):
    """Sent once somebody has answered what a customer said."""

    message_class = MessageClass.SERVICE
    feedback_id: int

    def link(self) -> str:
        return link_to("feedback", self.feedback_id)
