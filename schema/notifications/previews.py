"""What each message looks like."""

from __future__ import annotations

import models
from notifications import previews
from resolvers.notifications import previews as sending
from rules.errors import NotFound
from rules.notifications.classes import Category, MessageChannel, MessageClass
from rules.notifications.previews import NoAccountOfYours
from rules.people.access import ALL_STAFF
from rules.people.kinds import Locale
from schema.context import Info
from schema.declarations import Input, input, mutation, query, text, value


@value(previews.MessagePreview)
class MessagePreview:
    """One kind of message in one language, filled with values of nobody."""

    kind: str
    """What happened, such as RepaymentReceived."""
    message_class: MessageClass
    """Why somebody is told, which decides at what hours and on what conditions he may be."""
    category: Category
    """What customers choose about it."""
    ways: list[MessageChannel]
    """By which it goes beside the inbox, where a customer has not chosen; a text only where no push reaches him."""
    is_urgent: bool
    """Whether a sleeping phone is woken for it."""
    replaces: str | None
    """The tag by which a phone shows it in place of an older one; null where each stands by itself."""
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


@input
class SendPreviewInput(Input):
    """Which message."""

    kind: str = text(1, 60)
    """The kind of one of `messagePreviews`."""


@mutation(allow=ALL_STAFF, refusals=(NotFound, NoAccountOfYours))
async def send_preview(info: Info, input: SendPreviewInput) -> models.Staff:
    """Have a message sent to yourself as a customer, in the language you chose there, filled with values of nobody and marked as a preview."""
    return await sending.send_preview(info.context.viewer, **input.values())
