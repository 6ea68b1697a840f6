"""What each message looks like."""

from __future__ import annotations

from notifications import previews
from rules.notifications.classes import MessageClass
from rules.people.access import ALL_STAFF
from rules.people.kinds import Locale
from schema.context import Info
from schema.declarations import Input, input, query, value


@value(previews.MessagePreview)
class MessagePreview:
    """One kind of message in one language, filled with values of nobody."""

    kind: str
    """What happened, such as RepaymentReceived."""
    message_class: MessageClass
    """Why somebody is told, which decides at what hours and on what conditions he may be."""
    push_title: str
    """The title of a push: it names nothing and nobody."""
    push_body: str
    """The body of a push, as discreet."""
    inbox: str
    """The text in the inbox, which may name amounts."""
    link: str
    """Where the app leads when it is tapped."""


@value(previews.MessagePreviews)
class MessagePreviewsSuccess:
    """Every kind of message there is."""

    messages: list[MessagePreview]
    """By class, then by name."""


@input
class MessagePreviewsInput(Input):
    """In which language."""

    locale: Locale
    """One we speak."""


@query(allow=ALL_STAFF, refusals=())
async def message_previews(info: Info, input: MessagePreviewsInput) -> previews.MessagePreviews:  # noqa: ARG001  All see the same.
    """Show every message that customers can get, before anybody gets it."""
    return previews.previews(**input.values())
