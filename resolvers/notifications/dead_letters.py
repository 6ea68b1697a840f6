"""What could not be told: looked at, mended, and told again."""

from dataclasses import dataclass, fields

from models import DeadLetter, Delivery, Notification, OutboxEvent, Viewer
from models.database import locked, transaction
from notifications import configured
from notifications.channels.manners import MANNERS
from notifications.events import Event, read_event
from rules.notifications.classes import MessageClass
from rules.notifications.dead_letters import BodyMalformed, LetterReplayed, check_values
from rules.notifications.deliveries import DeliveryState


@dataclass(frozen=True)
class LetterContents:
    """A dead letter, and the event that it is about."""

    letter: DeadLetter
    body: str
    """The event's fields as JSON: ids and plain values."""


async def contents(viewer: Viewer, *, dead_letter_id: int) -> LetterContents:
    """Give what an event says; that it was looked at is kept. Raises `NotFound`."""
    async with transaction(viewer, "read_dead_letter"):
        letter = await locked(DeadLetter, viewer, dead_letter_id)
        return LetterContents(letter, (await OutboxEvent.get(id=letter.event_id)).body)


async def mend(viewer: Viewer, *, dead_letter_id: int, body: str) -> LetterContents:
    """Put the fields of an event right, for the same customer. Raises `NotFound`, `LetterReplayed`, `BodyMalformed`."""
    async with transaction(viewer, "mend_dead_letter"):
        letter, row = await _open_letter(viewer, dead_letter_id)
        mended = _read(row.kind, body)
        if mended.customer_id != row.customer_id or mended.message_class is MessageClass.PROMOTION:
            raise BodyMalformed  # What was approved by two is not rewritten by one.
        check_values(getattr(mended, field.name) for field in fields(mended))
        row.body = body
        await row.save(update_fields=["body"])
        await Notification.filter(event_id=row.id).update(body=body)
        return LetterContents(letter, body)


async def replay(viewer: Viewer, *, dead_letter_id: int) -> DeadLetter:
    """Tell it again: the event, or the message on the way it failed on. Raises `NotFound`, `LetterReplayed`, `BodyMalformed`."""
    async with transaction(viewer, "replay_dead_letter") as unit:
        letter, row = await _open_letter(viewer, dead_letter_id)
        event = _read(row.kind, row.body)
        if letter.delivery_id is None:
            await OutboxEvent.filter(id=row.id, delivered_at__isnull=True).update(leased_until=None)
        else:
            delivery = await Delivery.get(id=letter.delivery_id)
            good_until = event.good_until(configured().zone)
            failed = Delivery.filter(id=delivery.id, state=DeliveryState.FAILED)
            if not await failed.update(
                state=DeliveryState.QUEUED,
                reason=None,
                settled_at=None,
                tries=0,
                due_at=unit.now,
                expires_at=good_until or unit.now + MANNERS[delivery.message_class].lives,
            ):
                raise LetterReplayed
        letter.is_open, letter.replayed_at = False, unit.now
        await letter.save(update_fields=["is_open", "replayed_at"])
        return letter


async def _open_letter(viewer: Viewer, id: int) -> tuple[DeadLetter, OutboxEvent]:
    letter = await locked(DeadLetter, viewer, id)
    if not letter.is_open:
        raise LetterReplayed
    return letter, await OutboxEvent.get(id=letter.event_id)


def _read(kind: str, body: str) -> Event:
    try:
        return read_event(kind, body)
    except (KeyError, ValueError):
        raise BodyMalformed from None
