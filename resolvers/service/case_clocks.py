"""What time brings about for cases: somebody is warned, a manager looks after it, the customer is reminded."""

from collections.abc import Awaitable, Callable

from tortoise.expressions import Q, Subquery

from models import Case, CaseClock, CaseRedress, Viewer
from models.clock import SystemClock
from models.database import open_unit, transaction
from notifications import outbox
from notifications.service.cases import CaseDelayed, CaseUnheard, CaseWaits
from resolvers.service.business_times import business_time, name_of
from resolvers.service.case_log import about, clocks_by, keep, lock_case, log, move, next_mark
from rules.people.access import Role
from rules.products.states import ProposalStatus
from rules.service.case_clocks import ESCALATED_AT, MARKS, CaseClockKind
from rules.service.cases import REMINDED_AFTER, RUNNING, UNHEARD_AFTER, CaseKind, CaseOutcome, CaseStatus
from rules.service.entries import CaseEntryKind

BATCH = 100
_ENTRIES = dict(zip(MARKS, (CaseEntryKind.WARNED_HALF, CaseEntryKind.ESCALATED, CaseEntryKind.RAN_OUT), strict=True))


async def run_cases(clock: SystemClock) -> int:
    """Do what is due for some cases; gives for how many."""
    return await look_at(Viewer.house(clock))


async def look_at(viewer: Viewer) -> int:
    """Do what is due for some cases; gives for how many. What another process did before is not done again."""
    done = 0
    for ids, work in await _due(viewer):
        for case_id in ids:
            async with transaction(viewer, "run_cases"):
                case = await lock_case(viewer, case_id)
                done += await work(case)
    return done


async def _due(viewer: Viewer) -> list[tuple[list[int], Callable[[Case], Awaitable[bool]]]]:
    marked = CaseClock.filter(next_at__lte=viewer.now).order_by("next_at", "id").limit(BATCH)
    others = Case.filter(status__in=list(RUNNING)).exclude(reckoned_by=name_of(await business_time()))
    waiting = Case.filter(
        Q(
            *(
                Q(reminders=number, waiting_since__lte=viewer.now - after)
                for number, after in enumerate(REMINDED_AFTER)
            ),
            join_type="OR",
        ),
        status=CaseStatus.WAITING_CUSTOMER,
    )
    redressed = Subquery(CaseRedress.filter(status=ProposalStatus.PROPOSED).values("case_id"))
    unheard = Case.filter(
        status=CaseStatus.WAITING_CUSTOMER, kind=CaseKind.REQUEST, waiting_since__lte=viewer.now - UNHEARD_AFTER
    ).filter(id__not_in=redressed)
    return [
        (list(dict.fromkeys([row.case_id async for row in marked])), _mark),
        ([case.id async for case in others.order_by("id").limit(BATCH)], _reckon),
        ([case.id async for case in unheard.order_by("id").limit(BATCH)], _close_unheard),
        ([case.id async for case in waiting.order_by("id").limit(BATCH)], _remind),
    ]


async def _mark(case: Case) -> bool:
    """Write down which marks its clocks have reached, each once; at the second a manager looks after it, the last the customer is told."""
    unit = open_unit()
    rows = {(row.kind, row.round): row for row in await CaseClock.filter(case_id=case.id, next_at__lte=unit.now)}
    is_marked = False
    for clock in await clocks_by(case, await business_time()):
        row = rows.get((clock.kind, clock.round))
        if row is None:
            continue
        for mark, at in zip(MARKS, clock.marks, strict=True):
            if mark > row.reached and at is not None and at <= unit.now:
                row.reached, is_marked = mark, True
                await _reach(case, clock.kind, mark)
        row.next_at = next_mark(clock, row.reached)
        await row.save(update_fields=["reached", "next_at"])
    await keep(case, "is_escalated")
    return is_marked


async def _reach(case: Case, kind: CaseClockKind, mark: int) -> None:
    await log(case, _ENTRIES[mark], clock=kind)
    if mark >= ESCALATED_AT:
        case.is_escalated = True
    if mark == MARKS[-1] and kind is not CaseClockKind.FIRST_REPLY:
        await outbox.record(CaseDelayed(**about(case)))


async def _reckon(case: Case) -> bool:
    """Read its clocks by the calendar, hours and zone that hold now."""
    await keep(case)
    return True


async def _remind(case: Case) -> bool:
    """Remind the customer that we wait for him, twice."""
    unit = open_unit()
    if case.waiting_since is None or case.reminders >= len(REMINDED_AFTER):
        return False
    if case.waiting_since + REMINDED_AFTER[case.reminders] > unit.now:
        return False
    case.reminders += 1
    await log(case, CaseEntryKind.REMINDED)
    await keep(case)
    await outbox.record(CaseWaits(**about(case)))
    return True


async def _close_unheard(case: Case) -> bool:
    """Close a request whose customer said nothing more."""
    unit = open_unit()
    if case.waiting_since is None or case.waiting_since + UNHEARD_AFTER > unit.now or case.kind is not CaseKind.REQUEST:
        return False
    if await CaseRedress.exists(case_id=case.id, status=ProposalStatus.PROPOSED):
        return False
    move(case, CaseStatus.CLOSED, Role.SYSTEM)
    case.outcome, case.closed_at, case.is_escalated = CaseOutcome.UNHEARD, unit.now, False
    await log(case, CaseEntryKind.UNHEARD, outcome=CaseOutcome.UNHEARD)
    await keep(case, "outcome", "closed_at", "is_escalated")
    await outbox.record(CaseUnheard(**about(case)))
    return True
