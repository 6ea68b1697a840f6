"""Applications."""

from dataclasses import dataclass

from notifications.events import Event, link_to
from rules.notifications.classes import MessageClass


@dataclass(frozen=True, kw_only=True)
class ApplicationSubmitted(Event):
    """Sent once an application has reached us: what comes next, and that nothing needs to be done."""

    message_class = MessageClass.SERVICE
    application_id: int
    number: str
    """Such as A-2026-000045."""

    def link(self) -> str:
        return link_to("applications", self.application_id)


@dataclass(frozen=True, kw_only=True)
class ApplicationDecided(Event):
    """Sent once an application is approved or declined; it says only that a decision is ready.

    The decision is read in the app, with its reason and the next step beside it.
    """

    message_class = MessageClass.SERVICE
    application_id: int
    number: str
    """Such as A-2026-000045."""

    def link(self) -> str:
        return link_to("applications", self.application_id)
