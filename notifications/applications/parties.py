"""Taking part in somebody else's application."""

from dataclasses import dataclass

from notifications.applications.about import AboutApplication
from notifications.events import Event, link_to
from rules.notifications.classes import MessageClass


@dataclass(frozen=True, kw_only=True)
class PartyInvited(Event):
    """Sent to a customer who is asked to take part; by whom and in what is read in the app."""

    message_class = MessageClass.SERVICE
    invitation_id: int

    def link(self) -> str:
        return link_to("invitations", self.invitation_id)


@dataclass(frozen=True, kw_only=True)
class PartySigned(AboutApplication):
    """Sent to the applicant once somebody who takes part has signed."""

    message_class = MessageClass.SERVICE
