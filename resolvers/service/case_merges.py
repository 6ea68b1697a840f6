"""Cases that are about the same: the one goes on in the other, with the earlier beginning."""

from models import Case, CaseClock, CaseRecusal, CaseRedress, Staff, Viewer
from models.database import transaction
from notifications import outbox
from notifications.service.cases import CaseMerged
from resolvers.people.relationships import check_not_ones_own
from resolvers.service import case_assignments
from resolvers.service.case_assignments import working_on
from resolvers.service.case_log import about, keep, lock_case, log, move
from rules.products.states import ProposalStatus
from rules.service.case_clocks import TARGETS, CaseClockKind
from rules.service.cases import OPEN, CaseStatus, NotSameCustomer, case_number
from rules.service.entries import CaseEntryKind
from rules.service.redress import RedressWaits
from rules.states import NotPossibleNow


async def merge_case(viewer: Viewer, *, case_id: int, into_id: int) -> Case:
    """Let a case go on in another one of its customer; gives that. Its clocks run as if it had been there from the earlier of them.

    Whom either is about has nothing to do with it then. Raises `NotFound`, `OwnAffairs`, `WithColleague`, `NotPossibleNow`,
    `NotSameCustomer`, `RedressWaits`.
    """
    async with transaction(viewer, "merge_case") as unit:
        first, second = sorted((case_id, into_id))
        await lock_case(viewer, first)  # By number, or two who merge them the other way round wait for each other.
        await lock_case(viewer, second)
        merged, case = await working_on(viewer, case_id), await working_on(viewer, into_id)
        if merged.id == case.id or merged.customer_id != case.customer_id or merged.kind is not case.kind:
            raise NotSameCustomer
        if case.status not in OPEN:
            raise NotPossibleNow(current=case.status)
        if await CaseRedress.exists(case_id=merged.id, status=ProposalStatus.PROPOSED):
            raise RedressWaits
        running = await CaseClock.filter(case_id=merged.id, ended_at=None)
        move(merged, CaseStatus.MERGED, viewer.role)
        merged.merged_into_id, merged.is_escalated = case.id, False
        await log(merged, CaseEntryKind.MERGED, other_id=case.id)
        await keep(merged, "merged_into_id", "is_escalated")
        case.priority = min(case.priority, merged.priority)  # P1 stands before P2.
        case.regulator_reference = case.regulator_reference or merged.regulator_reference
        await log(
            case,
            CaseEntryKind.JOINED,
            other_id=merged.id,
            since=min(clock.started_at for clock in running),
            until=next((clock.due_at for clock in running if clock.kind is CaseClockKind.LEGAL), None),
            targets=TARGETS[case.priority],
            priority=case.priority,
        )
        for recusal in await CaseRecusal.filter(case_id=merged.id):
            await case_assignments.keep_from(case, await Staff.get(id=recusal.staff_id))
        await case_assignments.give_away_if_recused(case)
        await keep(case, "priority", "regulator_reference", "assignee_id")
        unit.subject = case
        await outbox.record(
            CaseMerged(into=case_number(case.id, case.created_at), **{**about(merged), "case_id": case.id})
        )
        return case


async def refer_case(viewer: Viewer, *, case_id: int, reference: str) -> Case:
    """Write down what an authority calls a case that it has, too: its clocks stay. Raises `NotFound`, `OwnAffairs`."""
    async with transaction(viewer, "refer_case"):
        case = await lock_case(viewer, case_id)
        await check_not_ones_own(viewer, case.customer_id)
        case.regulator_reference = reference
        await log(case, CaseEntryKind.REFERRED, reference)
        await keep(case, "regulator_reference")
        return case
