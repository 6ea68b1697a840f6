"""What happens to a case: written down in its log, off which its clocks are read."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from models import Case, CaseClock, CaseEntry, CaseRecusal, Viewer
from models.database import locked, open_unit
from resolvers.service.business_times import business_time, name_of
from rules.errors import NotFound
from rules.people.access import Role
from rules.service.business_time import BusinessTime
from rules.service.case_clocks import MARKS, Clock, Happened, Happening, Targets, clocks_of
from rules.service.cases import CASE_MOVES, CaseStatus, case_number
from rules.service.entries import HAPPENINGS, CaseEntryKind, audience_of


async def lock_case(viewer: Viewer, case_id: int) -> Case:
    """Lock a case that the viewer may see: also after who held it before has kept it from him. Raises `NotFound`."""
    case = await locked(Case, viewer, case_id)
    if viewer.staff_id is not None and await CaseRecusal.exists(case_id=case.id, staff_id=viewer.staff_id):
        raise NotFound
    return case


def move(case: Case, to: CaseStatus, role: Role) -> None:
    """Change the status, unsaved. Raises `NotPossibleNow`."""
    CASE_MOVES.check(case.status, to, role)
    case.status = to
    case.waiting_since, case.reminders = None, 0


def about(case: Case) -> dict[str, Any]:
    """Give what every event of a case says."""
    number = case_number(case.id, case.created_at)
    return {"customer_id": case.customer_id, "case_id": case.id, "number": number}


async def log(
    case: Case, kind: CaseEntryKind, words: str | None = None, targets: Targets | None = None, **said: Any
) -> CaseEntry:
    """Write down what happens to a case, by whom."""
    viewer = open_unit().viewer
    if targets is not None:
        said["first_reply_minutes"] = _minutes(targets.first_reply)
        said["resolution_minutes"] = _minutes(targets.resolution)
    return await CaseEntry.create(
        customer_id=case.customer_id,
        case_id=case.id,
        kind=kind,
        audience=audience_of(kind),
        by=viewer.role,
        staff_id=viewer.staff_id,
        words=words,
        **said,
    )


async def keep(case: Case, *columns: str) -> None:
    """Save the status and these columns, after all that was written down; its clocks are read anew."""
    await _read_clocks(case, await business_time())
    await case.save(update_fields=["status", "waiting_since", "reminders", "due_at", "reckoned_by", *columns])


async def clocks_by(case: Case, times: BusinessTime) -> list[Clock]:
    """Read the clocks of a case off its log."""
    entries = await CaseEntry.filter(case_id=case.id).order_by("id")
    return clocks_of(case.kind, list(_happened(entries)), times, case.day_kind)


async def _read_clocks(case: Case, times: BusinessTime) -> None:
    rows = {(row.kind, row.round): row for row in await CaseClock.filter(case_id=case.id)}
    clocks = await clocks_by(case, times)
    for clock in clocks:
        await _keep_clock(case, rows.get((clock.kind, clock.round)), clock)
    case.due_at = min((clock.due_at for clock in clocks if clock.due_at and not clock.ended_at), default=None)
    case.reckoned_by = name_of(times)


async def _keep_clock(case: Case, row: CaseClock | None, clock: Clock) -> None:
    reached = 0 if row is None else row.reached
    said: dict[str, Any] = {
        "started_at": clock.started_at,
        "due_at": clock.due_at,
        "ended_at": clock.ended_at,
        "is_late": clock.is_late,
        "next_at": next_mark(clock, reached),
    }
    if row is None:
        await CaseClock.create(
            customer_id=case.customer_id, case_id=case.id, kind=clock.kind, round=clock.round, **said
        )
    elif any(getattr(row, name) != value for name, value in said.items()):
        await CaseClock.filter(id=row.id).update(**said)


def next_mark(clock: Clock, reached: int) -> datetime | None:
    """Give when the next mark is reached that nobody was told of; None where none will be."""
    if clock.ended_at is not None:
        return None
    return next((at for mark, at in zip(MARKS, clock.marks, strict=True) if mark > reached), None)


def _happened(entries: Iterable[CaseEntry]) -> Iterable[Happened]:
    for entry in entries:
        for what in HAPPENINGS.get(entry.kind, ()):
            if what is not Happening.REPLIED or entry.staff_id is not None:  # Only what a person says is a reply.
                yield Happened(
                    what=what,
                    at=entry.since if what is Happening.OPENED and entry.since else entry.created_at,
                    targets=_targets(entry),
                    days=entry.days,
                    since=entry.since,
                    until=entry.until,
                )


def _targets(entry: CaseEntry) -> Targets | None:
    if entry.first_reply_minutes is None or entry.resolution_minutes is None:
        return None
    return Targets(timedelta(minutes=entry.first_reply_minutes), timedelta(minutes=entry.resolution_minutes))


def _minutes(duration: timedelta) -> int:
    return duration // timedelta(minutes=1)
