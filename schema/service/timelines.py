"""All that happened to one customer, in one order."""

from __future__ import annotations

import base64
import binascii
from datetime import UTC, date, datetime

import orjson
import strawberry

import models
from models.service.timeline_reads import Place
from resolvers.service import timelines
from rules.people.access import AUDITORS, CUSTOMERS, IN_CHARGE
from rules.service import timelines as told
from rules.service.timelines import TimelineActor, TimelineKind
from schema.context import Info
from schema.declarations import Input, computed, id_of, input, query, some_of, value, whole
from schema.declarations.inputs import InputField
from schema.declarations.pages import LONGEST_CURSOR
from schema.errors import BadInput


def _cursor(end: Place | None) -> str | None:
    """Write where a page ends, opaquely."""
    if end is None:
        return None
    written = orjson.dumps(["timeline", end.at.astimezone(UTC).isoformat(), end.kind, end.key])
    return base64.urlsafe_b64encode(written).decode()


def _place(sent: str) -> Place:
    """Read a cursor of ours. Raises `BadInput`."""
    try:
        _, at, kind, key = orjson.loads(base64.urlsafe_b64decode(sent[:LONGEST_CURSOR]))
        place = Place(datetime.fromisoformat(at), TimelineKind(kind), key)
        is_ours = type(key) is int and 0 < key < 2**63 and _cursor(place) == sent
    except (binascii.Error, ValueError, TypeError, OverflowError):
        is_ours = False
    if not is_ours:
        raise BadInput("input.bad_cursor")
    return place


@value(told.TimelineEntry)
class TimelineEntry:
    """One thing that happened, or the same several times within ten minutes."""

    kind: TimelineKind
    """What."""
    actor: TimelineActor
    """Who did it."""
    happened_at: datetime
    """When it happened; of several, the last."""
    recorded_at: datetime
    """When it was written down: later, where it was known later."""
    node_id: strawberry.ID
    """The row that it leads to: `node` gives it. Of several, the last."""
    summary: str
    """In a line, in your language; it names no masked value."""
    count: int
    """How often it was, one after the other."""


@value(timelines.TimelineDue)
class TimelineDue:
    """A promise to pay, or a complaint or request, that waits for its day."""

    kind: TimelineKind
    """PROMISE or CASE."""
    node_id: strawberry.ID
    """What it is: `node` gives it."""
    summary: str
    """In a line, in your language."""
    due_at: datetime | None
    """When something is to be said about the case; null for a promise. Count with `viewer.serverNow`."""
    due_on: date | None
    """The day by which he wants to pay; null for a case."""


@value(timelines.Timeline)
class TimelineSuccess:
    """One page of what happened, and what is still to come."""

    still_open: list[TimelineDue]
    """What waits for its day: promises, then cases, the first due first; 20 of each at most, on every page."""
    entries: list[TimelineEntry]
    """Newest first. There may be fewer than were asked for, where some are told as one."""
    end_cursor: str | None = computed(_cursor, "end")
    """Where it ends: `after` takes it; null where nothing is on the page."""
    has_next_page: bool
    """Whether there is more."""


@input
class TimelineInput(Input):
    """Whose, and which of it."""

    customer_id: int | None = id_of(models.Customer)
    """One whom you look after; nothing: you, as a customer."""
    kinds: list[TimelineKind] | None = some_of(TimelineKind)
    """Only these; nothing: all."""
    first: int | None = whole(0, 100)
    """How many at most; nothing: 20."""
    after: str | None = InputField(_place)  # type: ignore[assignment]
    """Only what comes after this cursor: what is older."""


@query(allow=CUSTOMERS | IN_CHARGE | AUDITORS, refusals=())
async def timeline(info: Info, input: TimelineInput) -> timelines.Timeline:
    """All that happened to a customer, newest first, as far as you may see it: what is out of your sight is not on it.

    What he shares in loans of others is read there, and a loan's end with its notification and milestone.
    """
    return await timelines.timeline(info.context.viewer, **input.values())
