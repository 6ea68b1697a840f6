"""Sending an application back."""

from dataclasses import dataclass

from notifications.applications.about import AboutApplication
from rules.notifications.classes import MessageClass


@dataclass(frozen=True, kw_only=True)
class ApplicationReturned(AboutApplication):
    """Sent once an application is sent back for correction; what to correct is read in the app, beside it."""

    message_class = MessageClass.SERVICE
