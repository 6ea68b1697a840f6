"""Cases that are about the same: the one goes on in the other, with the earlier beginning."""

from models import Case, Viewer
from models.database import transaction
from notifications import outbox
from notifications.service.cases import CaseMerged
from resolvers.people.relationships import check_not_ones_own
from resolvers.service.case_assignments import working_on
from resolvers.service.case_log import about, keep, lock_case, log, move
from rules.service.cases import OPEN, CaseStatus, NotSameCustomer, case_number
from rules.service.entries import CaseEntryKind
from rules.states import NotPossibleNow


async def merge_case(viewer: Viewer, *, case_id: int, into_id: int) -> Case:
    """Let a case go on in another one of its customer; gives that. Its clocks run as if it had been there from the earlier of them.

    Raises `NotFound`, `OwnAffairs`, `WithColleague`, `NotPossibleNow`, `NotSameCustomer`.
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
        move(merged, CaseStatus.MERGED, viewer.role)
        merged.merged_into_id, merged.is_escalated = case.id, False
        await log(merged, CaseEntryKind.MERGED, other_id=case.id)
        await keep(merged, "merged_into_id", "is_escalated")
        await log(case, CaseEntryKind.JOINED, other_id=merged.id, since=merged.received_at)
        await keep(case)
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
