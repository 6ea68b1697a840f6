"""Looking at levels: who has reached one, whose year comes to its end, and whose perks are suspended.

A step of what a business date brings, after points; and as that looks again each second, who has just earned the points
for a level has it a moment later, while a payment takes no statement more for it. Most customers are only read. Whoever
gets something else is locked by his points account first, looked at once more, and written with others, in chunks.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from tortoise.connection import get_connection

from models import PointsEntry, Tier, TierPlan, Viewer
from models.database import Unit, transaction
from models.database.handwritten import as_rows, fetch_rows, read_date, read_moment, write_together
from models.loyalty import tier_reviews as sql
from notifications import outbox
from notifications.events import Event
from notifications.loyalty.tiers import TierChanged, TierEnding, TierReached
from resolvers.loyalty import points
from rules.loyalty import tiers as rules
from rules.loyalty.tiers import Review, Standing, TierReason, counted_from
from rules.people.kinds import Bilingual

CHUNK = 1_000
"""Customers a transaction, at the most."""
LOOK = "levels reached"
SETTLED_AFTER = timedelta(seconds=2)
"""Younger entries are looked at again: one with a smaller number may be written a moment later. The night sees them all."""


@dataclass(frozen=True, kw_only=True)
class Ladder:
    """The levels in force."""

    tiers: Sequence[Tier]
    """The lowest first."""
    window_months: int

    @property
    def thresholds(self) -> list[int]:
        return [tier.threshold for tier in self.tiers]

    def rank_of(self, tier_id: int) -> int:
        """Give the place of a level, from 0."""
        return next(rank for rank, tier in enumerate(self.tiers) if tier.id == tier_id)


@dataclass(frozen=True, kw_only=True)
class Seen:
    """How one customer stands, and what comes of it."""

    customer_id: int
    standing: Standing
    suspended_on: date | None
    """Since when his perks are suspended, as it is kept."""
    review: Review | None
    suspends_on: date | None
    """Since when they are, as it is now."""
    is_late: bool
    """Something of his is overdue."""
    paid_in_time: int
    """How many installments he has paid by their due days since they were suspended."""

    @property
    def is_new(self) -> bool:
        """Whether something is to be written."""
        return self.review is not None or self.suspends_on != self.suspended_on


async def ladder() -> Ladder | None:
    """Give the levels in force; None while no plan is, and everybody has the lowest."""
    plan = await TierPlan.get_or_none(is_current=True)
    return None if plan is None else await _ladder_of(plan)


async def _ladder_of(plan: TierPlan) -> Ladder:
    return Ladder(tiers=await Tier.all().order_by("rank"), window_months=plan.window_months)


async def review_reached_tiers(viewer: Viewer, today: date) -> int:
    """Look at the levels reached since the last look; gives of how many customers something was changed."""
    plan = await TierPlan.get_or_none(is_current=True)
    if plan is None:
        return 0
    if plan.looked_on is None:  # What it takes has changed for everybody who has points.
        levels = await _ladder_of(plan)
        last = await PointsEntry.all().order_by("-id").first()
        await _review_due(viewer, levels, counted_from(today, levels.window_months), today)
        await _remember(viewer, 0 if last is None else last.id)
        await TierPlan.filter(id=plan.id).update(looked_on=today)
    return await _review_earned(viewer, plan, today)


async def review_due_tiers(viewer: Viewer, today: date) -> None:
    """Look at the levels for which the open day has something to do."""
    levels = await ladder()
    if levels is not None:
        await _review_due(viewer, levels, today - timedelta(days=1), today)


async def _review_due(viewer: Viewer, levels: Ladder, since: date, today: date) -> None:
    rows = await fetch_rows(get_connection("default"), sql.DUE, {"since": since, "today": today})
    for start in range(0, len(rows), CHUNK):
        chunk = [row["customer_id"] for row in rows[start : start + CHUNK]]
        await review_customers(viewer, levels, chunk, today)


async def _review_earned(viewer: Viewer, plan: TierPlan, today: date) -> int:
    """Look at those who have earned something since the last look, and remember how far that came."""
    after, count, settled = 0, 0, 0
    levels: Ladder | None = None
    connection = get_connection("default")
    while True:
        rows = await fetch_rows(connection, sql.EARNED, {"name": LOOK, "after": after, "batch": CHUNK})
        if not rows:
            break
        levels = levels or await _ladder_of(plan)
        count += await review_customers(viewer, levels, sorted({row["customer_id"] for row in rows}), today)
        after = rows[-1]["id"]
        old = [row["id"] for row in rows if read_moment(row["created_at"]) <= viewer.now - SETTLED_AFTER]
        settled = max(old, default=settled)
    if settled:
        await _remember(viewer, settled)
    return count


async def _remember(viewer: Viewer, entry_id: int) -> None:
    """Write down how far a look came."""
    async with transaction(viewer, "look_at_levels") as unit:
        values = {"now": unit.now, "name": LOOK, "after": entry_id}
        await write_together(get_connection("default"), [sql.LOOKED], values)


async def review_customers(viewer: Viewer, levels: Ladder, customer_ids: Sequence[int], today: date) -> int:
    """Look at customers, at most a chunk of them; gives of how many something was changed."""
    new = [seen.customer_id for seen in await look_at(levels, customer_ids, today) if seen.is_new]
    if not new:
        return 0
    async with transaction(viewer, "review_levels") as unit:
        await points.lock_accounts(new)
        found = [seen for seen in await look_at(levels, new, unit.today) if seen.is_new]
        await _write(unit, levels, found)
        return len(found)


async def look_at(levels: Ladder, customer_ids: Iterable[int], today: date) -> list[Seen]:
    """Say how customers stand and what would come of it: two statements, however many they are."""
    connection, since = get_connection("default"), counted_from(today, levels.window_months)
    chosen = as_rows({"customer_id": id} for id in customer_ids)
    holders = await fetch_rows(connection, sql.HOLDERS, {"chosen": chosen, "today": today})
    counted = []
    for holder in holders:
        end = read_date(holder["valid_to"])
        lasting_since = since if end is None else max(since, counted_from(end, levels.window_months))
        counted.append({"customer_id": holder["customer_id"], "since": since, "lasting_since": lasting_since})
    counts = await fetch_rows(connection, sql.COUNTS, {"counted": as_rows(counted)})
    points = {row["customer_id"]: (row["qualifying"], row["lasting"]) for row in counts}
    return [_seen(levels, holder, points.get(holder["customer_id"], (0, 0)), today) for holder in holders]


def _seen(levels: Ladder, holder: dict[str, Any], points: tuple[int, int], today: date) -> Seen:
    look_on, suspended_on = read_date(holder["look_on"]), read_date(holder["perks_suspended_on"])
    standing = Standing(
        rank=levels.rank_of(holder["tier_id"]),
        qualifying=points[0],
        lasting=points[1],
        valid_from=read_date(holder["valid_from"]),
        valid_to=read_date(holder["valid_to"]),
        in_help=bool(holder["in_help"]),
        is_due=look_on is not None and look_on <= today,
    )
    return Seen(
        customer_id=holder["customer_id"],
        standing=standing,
        suspended_on=suspended_on,
        review=rules.review(standing, levels.thresholds, today),
        is_late=holder["days_past_due"] > 0,
        paid_in_time=holder["paid_in_time"],
        suspends_on=rules.suspended_on(suspended_on, holder["days_past_due"], holder["paid_in_time"], today),
    )


@dataclass
class _Changes:
    """What is to be written."""

    begun: list[dict[str, Any]] = field(default_factory=list)
    kept: list[dict[str, Any]] = field(default_factory=list)
    changed: list[dict[str, Any]] = field(default_factory=list)
    told: list[tuple[Event, str]] = field(default_factory=list)


async def _write(unit: Unit, levels: Ladder, found: Sequence[Seen]) -> None:
    changes = _Changes()
    for seen in found:
        _note(changes, levels, seen, unit.today)
    values = {
        "begun": as_rows(changes.begun),
        "kept": as_rows(changes.kept),
        "changed": as_rows(changes.changed),
        "now": unit.now,
        "today": unit.today,
    }
    connection = get_connection("default")
    if changes.begun:  # By itself: one membership at a time is open.
        await write_together(connection, [sql.END], values)
    wanted = ((changes.begun, sql.BEGIN), (changes.kept, sql.KEEP), (changes.changed, sql.CHANGE))
    if statements := [statement for rows, statement in wanted if rows]:
        await write_together(connection, statements, values)
    await outbox.record_once(changes.told)


def _note(changes: _Changes, levels: Ladder, seen: Seen, today: date) -> None:
    """Note what is to be written of one customer, and told to him."""
    review, customer_id = seen.review, seen.customer_id
    rank = seen.standing.rank if review is None else review.rank
    tier = levels.tiers[rank]
    if seen.suspends_on != seen.suspended_on or rank != seen.standing.rank:
        account = {"customer_id": customer_id, "tier_id": tier.id, "perks_suspended_on": seen.suspends_on}
        changes.changed.append(account)
    if review is None:
        return
    year = {"customer_id": customer_id, "valid_to": review.valid_to, "look_on": review.look_on}
    if review.reason is None:
        changes.kept.append(year)
    else:
        began = {"tier_id": tier.id, "reason": review.reason, "qualifying_points": seen.standing.qualifying}
        changes.begun.append({**year, **began})
    if review.reason is not None:
        kind = TierReached if review.reason is TierReason.REACHED else TierChanged
        told = kind(customer_id=customer_id, tier=named(tier))
        changes.told.append((told, f"{told.kind}:{customer_id}:{tier.id}:{today}"))
    if review.ending is not None:
        missing, last_on = review.ending.missing, review.ending.last_on
        ending = TierEnding(customer_id=customer_id, tier=named(tier), missing=missing, last_on=last_on)
        changes.told.append((ending, f"TierEnding:{customer_id}:{review.valid_to}:{today}"))


def named(tier: Tier) -> Bilingual:
    """Give a level's name."""
    return Bilingual(tier.name_zh, tier.name_en)
