"""Applications."""

from dataclasses import dataclass

from notifications.applications.about import AboutApplication
from rules.notifications.classes import MessageClass


@dataclass(frozen=True, kw_only=True)
class ApplicationSubmitted(AboutApplication):
    """Sent once an application has reached us: what comes next, and that nothing needs to be done."""

    message_class = MessageClass.SERVICE


@dataclass(frozen=True, kw_only=True)
class ApplicationDecided(AboutApplication):
    """Sent once an application is approved or declined; it says only that a decision is ready.

    The decision is read in the app, with its reason and the next step beside it.
    """

    message_class = MessageClass.SERVICE
