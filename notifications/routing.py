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
    lane: Lane | None = None
    address_id: int | None = None
    reason: DeliveryReason | None = None
    """Why it waits, where it waits for an hour; why it is not sent, where it is skipped."""
    state: DeliveryState = DeliveryState.QUEUED
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
    settings, category = to.settings, event.category
    opens_at = next_open(event.message_class, now, settings.zone, settings.quiet)
    expires_at = event.good_until(settings.zone) or opens_at + MANNERS[event.message_class].lives

    def way(channel: MessageChannel, target: str, lane: Lane | None, **more: object) -> Planned:
        return _waiting(event, channel, target, lane, opens_at, expires_at, now, **more)

    wants_push = is_on(settings.choices, category, MessageChannel.PUSH)
    phones = [(id, lane) for id, lane in to.addresses if lane in lanes] if wants_push else []
    for id, lane in phones:
        yield way(MessageChannel.PUSH, f"push:{id}", lane, address_id=id)
    if not phones:
        why = DeliveryReason.NO_ADDRESS if wants_push else DeliveryReason.SWITCHED_OFF
        yield way(MessageChannel.PUSH, "push", None, state=DeliveryState.SKIPPED, reason=why)
    if to.has_email and Lane.EMAIL in lanes and is_on(settings.choices, category, MessageChannel.EMAIL):
        yield way(MessageChannel.EMAIL, "email", Lane.EMAIL)
    falls_back_at = event.falls_back_at(settings.zone)
    if is_on(settings.choices, category, MessageChannel.SMS) and (not phones or falls_back_at is not None):
        if Lane.SMS not in lanes:
            not_set_up = DeliveryReason.NOT_SET_UP
            yield way(MessageChannel.SMS, "sms", None, state=DeliveryState.SKIPPED, reason=not_set_up)
        else:
            waits = (
                {} if falls_back_at is None or not phones else {"due_at": max(opens_at + TIME_TO_OPEN, falls_back_at)}
            )
            yield way(MessageChannel.SMS, "sms", Lane.SMS, **waits)


def _waiting(
    event: Event,
    channel: MessageChannel,
    target: str,
    lane: Lane | None,
    opens_at: datetime,
    expires_at: datetime,
    now: datetime,
    **more: object,
) -> Planned:
    given: dict[str, object] = {"due_at": opens_at, "reason": DeliveryReason.HOURS if opens_at > now else None}
    if opens_at >= expires_at:
        given |= {"state": DeliveryState.SKIPPED, "reason": DeliveryReason.EXPIRED, "lane": None}
    return Planned(
        **{
            "message_class": event.message_class,
            "category": event.category,
            "channel": channel,
            "target": target,
            "lane": lane,
            "expires_at": expires_at,
            "about_due_on": event.about_due_on,
            "tag": event.tag,
            **given,
            **more,
        }  # type: ignore[arg-type]
    )
