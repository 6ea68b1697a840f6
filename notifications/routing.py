"""On which ways an event goes to its customer, from when on, and until when."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from models.notifications.recipients import Recipient
from notifications.channels.manners import MANNERS
from notifications.events import Event
from rules.notifications.classes import Category, Lane, MessageChannel, MessageClass
from rules.notifications.deliveries import DeliveryReason, DeliveryState
from rules.notifications.hours import next_open
from rules.notifications.preferences import is_on


@dataclass(frozen=True, kw_only=True, slots=True)
class Planned:
    """One way on which an event goes, or does not for a reason."""

    message_class: MessageClass
    category: Category
    channel: MessageChannel
    target: str
    """What makes it one of its kind."""
    lane: Lane | None
    address_id: int | None
    state: DeliveryState
    reason: DeliveryReason | None
    """Why it waits, where it waits for an hour; why it is not sent, where it is skipped."""
    due_at: datetime
    expires_at: datetime
    about_due_on: date | None
    tag: str | None


TIME_TO_OPEN = timedelta(hours=1)
"""How long somebody has at least to open a push before a text says the same."""


def plan(event: Event, to: Recipient, now: datetime, lanes: Collection[Lane]) -> list[Planned]:
    """Say on which of the lanes that are set up an event goes: to each phone, else by SMS, and by e-mail if wanted."""
    return list(_ways(event, to, now, lanes))


def _ways(event: Event, to: Recipient, now: datetime, lanes: Collection[Lane]) -> Iterator[Planned]:
    settings, category, tag = to.settings, event.category, event.tag
    opens_at = next_open(event.message_class, now, settings.zone, settings.quiet)
    expires_at = event.good_until(settings.zone) or opens_at + MANNERS[event.message_class].lives
    is_over = opens_at >= expires_at

    def way(
        channel: MessageChannel,
        target: str,
        lane: Lane | None = None,
        *,
        address_id: int | None = None,
        not_before: datetime = opens_at,
        skipped: DeliveryReason | None = None,
    ) -> Planned:
        why_not = skipped or (DeliveryReason.EXPIRED if is_over else None)
        return Planned(
            message_class=event.message_class,
            category=category,
            channel=channel,
            target=target,
            lane=None if why_not else lane,
            address_id=address_id,
            state=DeliveryState.SKIPPED if why_not else DeliveryState.QUEUED,
            reason=why_not or (DeliveryReason.HOURS if opens_at > now else None),
            due_at=not_before,
            expires_at=expires_at,
            about_due_on=event.about_due_on,
            tag=tag,
        )

    wants_push = is_on(settings.choices, category, MessageChannel.PUSH)
    phones = [(id, lane) for id, lane in to.addresses if lane in lanes] if wants_push else []
    for id, lane in phones:
        yield way(MessageChannel.PUSH, f"push:{id}", lane, address_id=id)
    if not phones:
        why = DeliveryReason.NO_ADDRESS if wants_push else DeliveryReason.SWITCHED_OFF
        yield way(MessageChannel.PUSH, "push", skipped=why)
    if to.has_email and Lane.EMAIL in lanes and is_on(settings.choices, category, MessageChannel.EMAIL):
        yield way(MessageChannel.EMAIL, "email", Lane.EMAIL)
    falls_back_at = event.falls_back_at(settings.zone)
    if not is_on(settings.choices, category, MessageChannel.SMS) or (phones and falls_back_at is None):
        return
    if Lane.SMS not in lanes:
        yield way(MessageChannel.SMS, "sms", skipped=DeliveryReason.NOT_SET_UP)
    elif phones and falls_back_at is not None:
        yield way(MessageChannel.SMS, "sms", Lane.SMS, not_before=max(opens_at + TIME_TO_OPEN, falls_back_at))
    else:
        yield way(MessageChannel.SMS, "sms", Lane.SMS)
