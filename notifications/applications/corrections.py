"""Sending an application back."""

from dataclasses import dataclass

from notifications.events import Event, link_to
from rules.notifications.classes import MessageClass


@dataclass(frozen=True, kw_only=True)
class ApplicationReturned(Event):
    """Sent once an application is sent back for correction; what to correct is read in the app, beside it."""

    message_class = MessageClass.SERVICE
    application_id: int
    number: str
    """Such as A-2026-000045."""

    def link(self) -> str:
        return link_to("applications", self.application_id)
