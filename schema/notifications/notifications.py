"""The inbox."""

from __future__ import annotations

from datetime import datetime

import models
from notifications import inbox_words
from resolvers.notifications import notifications
from resolvers.watches import Watch
from rules.people.access import CUSTOMERS
from schema.context import Info
from schema.declarations import LOCALE, Input, Node, computed, id_of, input, mutation, node, subscription


@node(models.Notification)
class Notification(Node):
    """What a customer is told."""

    kind: str
    """What happened, such as RepaymentReceived; there will be more kinds, show the text of those you do not know."""
    title: str = computed(inbox_words.title, "kind", "body", LOCALE)
    """In the viewer's language."""
    text: str = computed(inbox_words.text, "kind", "body", LOCALE)
    """In the viewer's language; it may name amounts: show it behind the lock screen only."""
    link: str = computed(inbox_words.link, "kind", "body")
    """Where the app should lead when it is tapped, such as goodterms://loans/TG9hbjox."""
    is_read: bool
    """Whether it has been read."""
    created_at: datetime
    """When he was told."""


@input
class ReadNotificationsInput(Input):
    """How far you have read."""

    up_to_id: int = id_of(models.Notification)
    """The newest one you have seen: it and all older ones count as read."""


@mutation(allow=CUSTOMERS)
async def read_notifications(info: Info, input: ReadNotificationsInput) -> models.Customer:
    """Mark notifications as read."""
    return await notifications.read_notifications(info.context.viewer, input.up_to_id)


@input
class InboxGrewInput(Input):
    """From where on."""

    after_id: int | None = id_of(models.Notification)
    """The newest one you have: those after it come at once. Nothing for those only that come from now on."""


@subscription(allow=CUSTOMERS)
async def inbox_grew(info: Info, input: InboxGrewInput) -> Watch[models.Notification]:
    """Each new notification of yours, as it comes, the oldest first.

    Begin with the newest one you have, also after your socket was closed: none is missed then.
    """
    return await notifications.watch_inbox(info.context.viewer, **input.values())
