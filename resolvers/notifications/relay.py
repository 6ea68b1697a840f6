"""Telling what happened: into the inbox, and on the ways out of the house, in one transaction."""

import logging
from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from tortoise.connection import get_connection
from tortoise.expressions import Q

from models import Clock, DeadLetter, OutboxEvent, Viewer
from models.database import transaction
from models.database.handwritten import Rows, Statement, as_moment, as_rows, fetch_rows, write_together
from models.notifications.recipients import Recipient, recipients
from notifications import configured, live
from notifications.events import Event, read_event
from notifications.routing import Planned, plan
from resolvers.service.survey_invitations import occasions_told
from rules.notifications.addresses import SILENT_AFTER
from rules.notifications.deliveries import DeliveryState

BATCH = 1_000
SHORTEST_WAIT_SECONDS = 10
LONGEST_WAIT_SECONDS = 3600
DEAD_AFTER_TRIES = 5
"""An event that could not be read so often lies with the dead letters; it is tried on, less and less often."""

logger = logging.getLogger("goodterms.outbox")

_CLAIM = Statement(
    "claimed",
    """
    SELECT outbox_event.id, outbox_event.kind, outbox_event.body, outbox_event.customer_id, outbox_event.tries
    FROM outbox_event
    WHERE outbox_event.delivered_at IS NULL AND (outbox_event.leased_until IS NULL OR outbox_event.leased_until <= :now)
    ORDER BY outbox_event.id LIMIT :most {lock_free}
    """,
    {"now": "timestamptz", "most": "bigint"},
)
_TOLD = Rows("told", (("event_id", "bigint"), ("customer_id", "bigint"), ("kind", "text"), ("body", "text")))
_WAYS = Rows(
    "ways",
    (
        ("event_id", "bigint"),
        *(
            (name, "text")
            for name in ("kind", "message_class", "category", "channel", "lane", "target", "state", "reason")
        ),
        ("address_id", "bigint"),
        ("due_at", "timestamptz"),
        ("expires_at", "timestamptz"),
        ("settled_at", "timestamptz"),
        ("about_due_on", "date"),
        ("tag", "text"),
    ),
)
_WRITE = (
    Statement(
        "notification",
        """
        INSERT INTO notification (created_at, customer_id, event_id, kind, body, is_read)
        SELECT :now, told.customer_id, told.event_id, told.kind, told.body, FALSE FROM {told} WHERE TRUE
        ORDER BY told.event_id ON CONFLICT (event_id) DO NOTHING RETURNING id, event_id, customer_id
        """,
        {"now": "timestamptz"},
        (_TOLD,),
    ),
    Statement(
        "delivery",
        """
        INSERT INTO delivery (created_at, customer_id, notification_id, kind, message_class, category, channel, lane,
          address_id, target, state, reason, due_at, expires_at, about_due_on, settled_at, tag)
        SELECT :now, notification.customer_id, notification.id, ways.kind, ways.message_class, ways.category,
          ways.channel, ways.lane, ways.address_id, ways.target, ways.state, ways.reason, ways.due_at,
          ways.expires_at, ways.about_due_on, ways.settled_at, COALESCE(ways.tag, 'n' || notification.id)
        FROM {ways} JOIN notification ON notification.event_id = ways.event_id WHERE TRUE
        ON CONFLICT (notification_id, target) DO NOTHING RETURNING id
        """,
        {"now": "timestamptz"},
        (_WAYS,),
    ),
    Statement(
        "outbox_event",
        """
        UPDATE outbox_event SET delivered_at = :now, leased_until = NULL, tries = tries + 1
        WHERE id IN (SELECT told.event_id FROM {told}) RETURNING id
        """,
        {"now": "timestamptz"},
        (_TOLD,),
    ),
)


@dataclass(frozen=True)
class _Claimed:
    """A row of the outbox that this transaction has locked, and what it says."""

    row: dict[str, Any]
    event: Event
    ways: list[Planned] = field(default_factory=list)


async def deliver_due(clock: Clock) -> int:
    """Tell every event that is due, oldest first; gives the number of those that were told.

    Any number of relays may run at once. An event that cannot be read waits, longer each time, and holds up no other.
    """
    told = 0
    while await OutboxEvent.filter(_is_due(clock.now())).exists():
        taken, done = await _deliver_some(clock)
        told += done
        if taken < BATCH:
            break
    return told


def _is_due(now: datetime) -> Q:
    return Q(delivered_at__isnull=True) & (Q(leased_until__isnull=True) | Q(leased_until__lte=now))


async def _deliver_some(clock: Clock) -> tuple[int, int]:
    """Tell some events; gives how many were taken, and how many of them told."""
    settings = configured()
    async with transaction(Viewer.house(clock), "deliver") as unit:
        rows = await fetch_rows(get_connection("default"), _CLAIM, {"now": unit.now, "most": BATCH})
        read = [each for row in rows if (each := await _read(row, unit.now)) is not None]
        told = {each.event.customer_id for each in read}
        people = await recipients(told, unit.now - SILENT_AFTER, settings.zone) if told else {}
        claimed = [each for each in read if await _is_planned(each, people, unit.now)]
        if claimed:
            await _write(claimed, unit.now)
            await occasions_told(unit, [each.event for each in claimed])
            unit.afterwards.append(partial(live.wake, "inbox", told))
    for each in claimed:
        if settings.console is not None:
            settings.console.show(each.event, people[each.event.customer_id].settings.locale)
    return len(rows), len(claimed)


async def _read(row: dict[str, Any], now: datetime) -> _Claimed | None:
    try:
        return _Claimed(row, read_event(row["kind"], row["body"]))
    except (KeyError, ValueError) as problem:
        logger.exception("%s %s cannot be read", row["kind"], row["id"])
        await _put_off(row, now, type(problem).__name__)
        return None


async def _is_planned(each: _Claimed, people: dict[int, Recipient], now: datetime) -> bool:
    """Say on which ways an event goes, while one that has none, or is nobody's, holds up no other."""
    try:
        each.ways.extend(plan(each.event, people[each.event.customer_id], now, configured().lanes))
    except (KeyError, TypeError, ValueError, OverflowError) as problem:
        logger.exception("%s %s cannot be told", each.row["kind"], each.row["id"])
        await _put_off(each.row, now, type(problem).__name__)
        return False
    return True


async def _put_off(row: dict[str, Any], now: datetime, problem: str) -> None:
    """Let an event wait, twice as long each time; after some tries an admin is shown it, too."""
    tries = row["tries"] + 1
    wait = min(SHORTEST_WAIT_SECONDS * 2 ** min(tries - 1, 16), LONGEST_WAIT_SECONDS)
    await OutboxEvent.filter(id=row["id"]).update(leased_until=now + timedelta(seconds=wait), tries=tries)
    if tries >= DEAD_AFTER_TRIES and not await DeadLetter.exists(event_id=row["id"], is_open=True):
        await DeadLetter.create(event_id=row["id"], kind=row["kind"], problem=f"the event cannot be told: {problem}")


async def _write(claimed: list[_Claimed], now: datetime) -> None:
    told = [
        {
            "event_id": each.row["id"],
            "customer_id": each.event.customer_id,
            "kind": each.row["kind"],
            "body": each.row["body"],
        }
        for each in claimed
    ]
    ways = [_as_row(each, way, now) for each in claimed for way in each.ways]
    await write_together(get_connection("default"), _WRITE, {"now": now, "told": as_rows(told), "ways": as_rows(ways)})


def _as_row(each: _Claimed, way: Planned, now: datetime) -> dict[str, Any]:
    settled_at = None if way.state is DeliveryState.QUEUED else now
    row = {name: getattr(way, name) for name in _PLANNED}
    row |= {
        "due_at": as_moment(way.due_at),
        "expires_at": as_moment(way.expires_at),
        "settled_at": as_moment(settled_at),
    }
    return row | {"event_id": each.row["id"], "kind": each.row["kind"]}


_PLANNED = tuple(field.name for field in fields(Planned))
