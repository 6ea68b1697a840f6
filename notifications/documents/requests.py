"""Papers that are missing."""

from dataclasses import dataclass

from notifications.applications.about import AboutApplication
from rules.notifications.classes import MessageClass


@dataclass(frozen=True, kw_only=True)
class PapersAsked(AboutApplication):
    """Sent where papers are missing; which ones, and why, is read in the app."""

    message_class = MessageClass.SERVICE
