"""All that happened to one customer, in one order, as far as whoever asks may see it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from models import Viewer
from models.database.handwritten import read_date, read_moment
from models.service import timeline_reads
from models.service.timeline_reads import END, Place, kind_at
from models.service.timelines import KINDS
from notifications import inbox_words
from notifications.words import say, written
from rules.errors import NotFound
from rules.ids import encode_id
from rules.money import Money, from_cents
from rules.people.kinds import Locale
from rules.service.timelines import TimelineActor, TimelineEntry, TimelineKind, merged


@dataclass(frozen=True)
class TimelineDue:
    """A promise or a case that waits for its day."""

    kind: TimelineKind
    node_id: str
    summary: str
    due_at: datetime | None
    due_on: date | None


@dataclass(frozen=True)
class Timeline:
    """One page of what happened to a customer, newest first, and above it what is still to come."""

    still_open: Sequence[TimelineDue]
    entries: Sequence[TimelineEntry]
    end: Place | None
    """Where it ends; None where nothing is on it."""
    has_next_page: bool


async def timeline(
    viewer: Viewer,
    *,
    customer_id: int | None = None,
    kinds: Sequence[TimelineKind] | None = None,
    first: int | None = None,
    after: Place | None = None,
) -> Timeline:
    """Give a page of a customer's timeline, one's own where none is named, in two statements. Raises `NotFound`."""
    owner = customer_id or viewer.customer_id
    waiting = None if owner is None else await timeline_reads.still_open(viewer, owner)
    if owner is None or waiting is None:
        raise NotFound
    limit = 20 if first is None else first
    chosen = list(TimelineKind) if kinds is None else kinds
    rows = await timeline_reads.page(viewer, owner, chosen, after or END, limit + 1)
    shown = rows[:limit]
    last = shown[-1] if shown else None
    return Timeline(
        still_open=[_due(row, viewer.locale) for row in waiting],
        entries=merged([_entry(row, viewer.locale) for row in shown]),
        end=None if last is None else Place(read_moment(last["happened_at"]), kind_at(last["place"]), last["id"]),
        has_next_page=len(rows) > limit,
    )


def _entry(row: Mapping[str, Any], locale: Locale) -> TimelineEntry:
    kind = kind_at(row["place"])
    return TimelineEntry(
        kind=kind,
        actor=TimelineActor(row["actor"]),
        happened_at=read_moment(row["happened_at"]),
        recorded_at=read_moment(row["recorded_at"]),
        node_id=encode_id(KINDS[kind].model.__name__, row["id"]),
        summary=_summary(kind, row, locale),
    )


def _summary(kind: TimelineKind, row: Mapping[str, Any], locale: Locale) -> str:
    """Say in a line what happened, in words and values that are clear to whoever sees the row."""
    amount, detail, says = row["amount"], row["detail"], KINDS[kind].says
    if kind is TimelineKind.NOTIFICATION:
        return say("timeline.detail", locale, what=kind, detail=inbox_words.title(detail, row["body"], locale))
    if says is not None:
        detail = says(detail)
    if amount is None and detail is None:
        return written(kind, locale)
    if amount is None:
        return say("timeline.detail", locale, what=kind, detail=detail)
    money = Money(from_cents(amount), row["currency"])
    if detail is None:
        return say("timeline.amount", locale, what=kind, amount=money)
    return say("timeline.amount_and_detail", locale, what=kind, amount=money, detail=detail)


def _due(row: Mapping[str, Any], locale: Locale) -> TimelineDue:
    kind = TimelineKind(row["kind"])
    due_at, due_on, amount = read_moment(row["due_at"]), read_date(row["due_on"]), row["amount"]
    if amount is None:
        summary = say("timeline.due", locale, what=kind, due=due_at)
    else:
        summary = say(
            "timeline.amount_due", locale, what=kind, amount=Money(from_cents(amount), row["currency"]), due=due_on
        )
    return TimelineDue(kind, encode_id(KINDS[kind].model.__name__, row["id"]), summary, due_at, due_on)
