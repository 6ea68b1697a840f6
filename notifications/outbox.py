"""The outbox: what happened is recorded with it, in one transaction, and told after it, once."""

from collections.abc import Sequence
from datetime import datetime

from tortoise.connection import get_connection

from models import OutboxEvent
from models.database.handwritten import Rows, Statement, as_rows, fetch_rows
from models.database.unit import current_unit
from notifications.events import Event

_EVENTS = Rows("events", (("kind", "text"), ("body", "text"), ("customer_id", "bigint"), ("once_key", "text")))
_RECORD = Statement(
    "outbox_event",
    """
    INSERT INTO outbox_event (created_at, kind, body, customer_id, tries, once_key)
    SELECT :now, events.kind, events.body, events.customer_id, 0, events.once_key FROM {events} WHERE TRUE
    ON CONFLICT (once_key) WHERE once_key IS NOT NULL DO NOTHING
    RETURNING id
    """,
    {"now": "timestamptz"},
    (_EVENTS,),
)


async def record(event: Event) -> None:
    """Record an event in the open unit of work: it is told if, and only if, the unit commits."""
    assert current_unit.get() is not None, "events are recorded inside transaction() or keys.once() only"
    await OutboxEvent.create(kind=event.kind, body=event.to_json(), customer_id=event.customer_id)


async def record_once(events: Sequence[tuple[Event, str]]) -> int:
    """Record events, each with a key under which it may be told once, in one statement; gives how many are new."""
    unit = current_unit.get()
    assert unit is not None, "events are recorded inside transaction() or keys.once() only"
    if not events:
        return 0
    rows = [
        {"kind": event.kind, "body": event.to_json(), "customer_id": event.customer_id, "once_key": key}
        for event, key in events
    ]
    return len(await fetch_rows(get_connection("default"), _RECORD, {"now": unit.now, "events": as_rows(rows)}))


async def waiting_since() -> datetime | None:
    """Say since when the oldest event has waited to be told; None if none waits."""
    oldest = await OutboxEvent.filter(delivered_at__isnull=True).order_by("id").first()
    return None if oldest is None else oldest.created_at
