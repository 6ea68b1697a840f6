"""The outbox: what happened is recorded with it, in one transaction, and told after it, at least once."""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

from tortoise.expressions import Q

from models import Clock, OutboxEvent, Viewer
from models.database.unit import current_unit
from notifications.channels import Channel, Delivery
from notifications.configuration import configured
from notifications.events import Event, read_event

BATCH = 50
LEASE = timedelta(minutes=1)
"""How long a relay has for one event before another may take it."""
SHORTEST_WAIT_SECONDS = 10
LONGEST_WAIT_SECONDS = 3600

logger = logging.getLogger("goodterms.outbox")


async def record(event: Event) -> None:
    """Record an event in the open unit of work: it is told if, and only if, the unit commits."""
    assert current_unit.get() is not None, "events are recorded inside transaction() or keys.once() only"
    await OutboxEvent.create(kind=event.kind, body=event.to_json(), customer_id=event.customer_id)


async def deliver_due(clock: Clock, channels: Sequence[Channel] | None = None) -> int:
    """Deliver every event that is due, oldest first; gives the number of those that reached all channels.

    Any number of relays may run at once. An event that fails waits, longer each time, and holds up no other.
    """
    channels = configured().channels if channels is None else channels
    assert channels, "without a channel nobody would be told"
    viewer = Viewer.house(clock)
    delivered = 0
    while events := await OutboxEvent.filter(_is_due(clock.now())).order_by("id").limit(BATCH):
        for event in events:
            if await _claim(event, clock.now()) and await _deliver(event, viewer, channels):
                delivered += 1
        if len(events) < BATCH:
            break
    return delivered


async def waiting_since() -> datetime | None:
    """Say since when the oldest undelivered event has waited; None if none waits."""
    oldest = await OutboxEvent.filter(delivered_at__isnull=True).order_by("id").first()
    return None if oldest is None else oldest.created_at


def _is_due(now: datetime) -> Q:
    return Q(delivered_at__isnull=True) & (Q(leased_until__isnull=True) | Q(leased_until__lte=now))


async def _claim(event: OutboxEvent, now: datetime) -> bool:
    """Take the event for a while; False if another relay was faster."""
    mine = OutboxEvent.filter(_is_due(now), id=event.id, tries=event.tries)
    event.tries += 1
    return bool(await mine.update(leased_until=now + LEASE, tries=event.tries))


async def _deliver(event: OutboxEvent, viewer: Viewer, channels: Sequence[Channel]) -> bool:
    """Hand a claimed event to every channel; one that fails does not keep it from the others."""
    failures = 0
    for channel in channels:
        try:
            await channel.deliver(Delivery(event.id, read_event(event.kind, event.body), viewer))
        except Exception:  # Whatever went wrong, it is tried again, and the others go on.
            failures += 1
            logger.exception("%s %s did not reach %s", event.kind, event.id, type(channel).__name__)
    if failures:
        await _put_off(event, viewer.now)
        return False
    undelivered = OutboxEvent.filter(id=event.id, delivered_at__isnull=True)
    return bool(await undelivered.update(delivered_at=viewer.now, leased_until=None))


async def _put_off(event: OutboxEvent, now: datetime) -> None:
    """Let a failed event wait, twice as long each time; only while the lease is still ours."""
    wait = min(SHORTEST_WAIT_SECONDS * 2 ** min(event.tries - 1, 16), LONGEST_WAIT_SECONDS)
    mine = OutboxEvent.filter(id=event.id, tries=event.tries, delivered_at__isnull=True)
    await mine.update(leased_until=now + timedelta(seconds=wait))
