"""Signing in."""

from dataclasses import dataclass

from notifications.events import Event
from rules.notifications.classes import MessageClass


@dataclass(frozen=True, kw_only=True)
class NewSignIn(Event):
    """Sent after each sign-in, so that a customer learns of one that was not his."""

    message_class = MessageClass.SECURITY

    def link(self) -> str:
        return "goodterms://security"
