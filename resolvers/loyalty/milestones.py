"""Milestones: what a new business date brings, written down once each, and said to whoever wants to hear it."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from tortoise.connection import get_connection

from models import Customer, Viewer
from models.database import Unit, transaction
from models.database.handwritten import as_moment, as_rows, fetch_rows
from models.loyalty import reaching
from models.loyalty.reaching import Reached
from models.notifications import offers
from notifications import AnniversaryReached, FirstYearKept, PayoffReached, configured, outbox
from notifications.events import Event
from rules.loyalty.milestones import PAID_WITHIN, TOLD_WITHIN, MilestoneKind, beginnings
from rules.people.access import Role

CHUNK = 500


async def reach(viewer: Viewer, today: date) -> int:
    """Write down what was reached on the open day; gives how much. Harmless to repeat, and to break off.

    Whoever is late, or being helped, on that day reaches nothing by it; a day that has gone by does not come again.
    """
    assert viewer.role is Role.SYSTEM, "time passes by itself"
    count = 0
    for kind in MilestoneKind:
        # Of a year that ends today, what falls due today may still be late.
        is_over = kind is MilestoneKind.FIRST_YEAR_ON_TIME
        values = await _values(today, today - timedelta(days=1) if is_over else today)
        found = await fetch_rows(get_connection("default"), reaching.FOUND[kind], values)
        found.sort(key=lambda row: (row["customer_id"], row["subject"]))
        for first in range(0, len(found), CHUNK):
            count += await _write(viewer, kind, found[first : first + CHUNK], values)
    return count


async def _values(today: date, celebrated: date) -> dict[str, Any]:
    zone, oldest = configured().zone, await Customer.all().order_by("created_at").first()
    earliest = celebrated if oldest is None else oldest.created_at.astimezone(zone).date()

    def midnight(day: date) -> str | None:
        return as_moment(datetime.combine(day, time(), zone))

    days = [
        {
            "years": years,
            "day": day.isoformat(),
            "begins_at": midnight(day),
            "ends_at": midnight(day + timedelta(days=1)),
        }
        for years, day in beginnings(celebrated)
        if years == 1 or day >= earliest
    ]
    return {
        "today": today,
        "days": as_rows(days),
        "booked_since": today - TOLD_WITHIN,
        "paid_since": today - PAID_WITHIN,
    }


async def _write(viewer: Viewer, kind: MilestoneKind, found: Sequence[dict[str, Any]], values: dict[str, Any]) -> int:
    """Write down who of the found reached it, and congratulate them, in one transaction; gives how many are new."""
    async with transaction(viewer, "reach_milestones") as unit:
        asked = values | {"met": as_rows(found), "now": unit.now, **offers.values(unit.now)}
        rows = await fetch_rows(get_connection("default"), reaching.WRITE[kind], asked)
        await _congratulate(unit, kind, [Reached(**row) for row in rows])
    return len(rows)


async def _congratulate(unit: Unit, kind: MilestoneKind, reached: Sequence[Reached]) -> None:
    """Record an event for each who consented to such messages, and has not switched them off."""
    people = {"ids": as_rows({"id": each.customer_id} for each in reached), **offers.values(unit.now)}
    rows = await fetch_rows(get_connection("default"), reaching.WANTED, people) if reached else []
    willing = {row["id"] for row in rows}
    events = [(_event(kind, each), f"milestone:{each.id}") for each in reached if each.customer_id in willing]
    await outbox.record_once(events)


def _event(kind: MilestoneKind, reached: Reached) -> Event:
    if kind is MilestoneKind.ANNIVERSARY:
        assert reached.years is not None, "an anniversary is of years"
        return AnniversaryReached(customer_id=reached.customer_id, years=reached.years)
    assert reached.loan_id is not None, "it is about a loan"
    told = PayoffReached if kind is MilestoneKind.LOAN_PAID_OFF else FirstYearKept
    return told(customer_id=reached.customer_id, loan_id=reached.loan_id)
