"""What became of messages, for colleagues; and the app's word that one was opened."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

import models
from resolvers.notifications import deliveries
from rules.notifications.classes import Category, MessageChannel, MessageClass
from rules.notifications.deliveries import DeliveryReason, DeliveryState
from rules.people.access import ADMINS, AUDITORS, CUSTOMERS, MANAGERS
from schema.context import Info
from schema.declarations import Input, Node, day, id_of, input, mutation, node, query, relation, value

if TYPE_CHECKING:
    from schema.notifications.notifications import Notification


@node(models.Delivery)
class Delivery(Node):
    """One message on one way to a customer: why he got it, or why not."""

    kind: str
    """What happened, such as RepaymentReceived."""
    message_class: MessageClass
    """Why he is told."""
    category: Category
    """What he can choose about it."""
    channel: MessageChannel
    """By which way."""
    state: DeliveryState
    """How far it came, as far as anybody knows."""
    reason: DeliveryReason | None
    """Why it was not sent, or why it waits; null where there is nothing to say."""
    due_at: datetime
    """Not before; of one that is settled, when it was to go last."""
    expires_at: datetime
    """Not afterwards."""
    tries: int
    """How often it was tried."""
    detail: str
    """What the carrier said last, in its own code; may be empty."""
    settled_at: datetime | None
    """When it was accepted, failed or was skipped; null while it waits."""
    opened_at: datetime | None
    """When he opened it, as far as the app told."""
    created_at: datetime
    """When he was told in the inbox."""
    notification: Notification = relation("notification_id")
    """What he reads in the inbox."""


@input
class ReportOpenedInput(Input):
    """What was tapped."""

    notification_id: int = id_of(models.Notification)
    """As the push's data says, or the inbox."""
    has_acted: bool
    """Whether he did what it was about, such as paying."""


@mutation(allow=CUSTOMERS)
async def report_opened(info: Info, input: ReportOpenedInput) -> models.Notification:
    """Say that a message was opened: it counts as read, and nobody is told again of the same by another way."""
    return await deliveries.report_opened(info.context.viewer, **input.values())


@value(deliveries.ReasonCount)
class ReasonCount:
    """How many were not sent for a reason."""

    reason: DeliveryReason
    """Why."""
    count: int
    """How many."""


@value(deliveries.FunnelRow)
class FunnelRow:
    """How far the messages of one kind came by one way; each is counted once."""

    kind: str
    """What happened."""
    channel: MessageChannel
    """By which way."""
    queued: int
    """They wait."""
    accepted: int
    """The carrier took them, and nothing more is known."""
    opened: int
    """They were opened."""
    acted: int
    """They were acted upon."""
    failed: int
    """They could not be sent."""
    skipped: int
    """They were not sent, for a reason."""
    reasons: list[ReasonCount]
    """Why those wait, failed or were skipped."""


@value(deliveries.Funnel)
class NotificationFunnelSuccess:
    """How far messages came."""

    rows: list[FunnelRow]
    """By kind and way."""


@input
class NotificationFunnelInput(Input):
    """Of which days."""

    first_day: date = day()
    """The first of them, where the lender is."""
    last_day: date = day()
    """The last of them, where the lender is."""


@query(allow=MANAGERS | AUDITORS | ADMINS, refusals=())
async def notification_funnel(info: Info, input: NotificationFunnelInput) -> deliveries.Funnel:
    """Count how far the messages of some days came, by kind and way, and why not farther."""
    return await deliveries.funnel(info.context.viewer, **input.values())
