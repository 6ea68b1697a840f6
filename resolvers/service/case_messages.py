"""What is said in a case: by its customer, by who answers it, and among colleagues."""

from collections.abc import Sequence

from models import Case, CaseFile, Viewer
from models.database import transaction
from notifications import outbox
from notifications.service.cases import CaseAsked, CaseReplied
from resolvers.documents import uploads
from resolvers.documents.links import Opened
from resolvers.people.customers import lock_customer
from resolvers.people.relationships import check_not_ones_own
from resolvers.service.case_assignments import begin, working_on
from resolvers.service.case_log import about, keep, lock_case, log, move
from resolvers.service.cases import add_files, check_writes_little
from rules.service.cases import RUNNING, CaseStatus
from rules.service.entries import CaseEntryKind
from rules.states import NotPossibleNow


async def write_in_case(viewer: Viewer, *, case_id: int, words: str, upload_ids: Sequence[int] | None = None) -> Case:
    """Say something in a case of one's own; where we waited for that, it goes on.

    Raises `NotFound`, `NotPossibleNow` once it is over, `TooManyMessages`, `UploadNotUsable`.
    """
    async with transaction(viewer, "write_in_case") as unit:
        customer = await lock_customer(viewer)
        unit.subject = case = await lock_case(viewer, case_id)
        if case.status not in RUNNING:
            raise NotPossibleNow(current=case.status)
        await check_writes_little(unit, customer.id)
        entry = await log(case, CaseEntryKind.WRITTEN, words)
        await add_files(viewer, entry, list(dict.fromkeys(upload_ids or ())))
        if case.status is CaseStatus.WAITING_CUSTOMER:
            move(case, CaseStatus.INVESTIGATING, viewer.role)
            await log(case, CaseEntryKind.WENT_ON)
        await keep(case)
        return case


async def reply_to_case(viewer: Viewer, *, case_id: int, words: str) -> Case:
    """Say something to its customer. Raises `NotFound`, `OwnAffairs`, `WithColleague`, `NotPossibleNow`."""
    async with transaction(viewer, "reply_to_case"):
        case = await working_on(viewer, case_id)
        if case.status not in RUNNING:
            raise NotPossibleNow(current=case.status)
        await begin(case)
        await log(case, CaseEntryKind.REPLIED, words)
        await keep(case, "assignee_id")
        await outbox.record(CaseReplied(**about(case)))
        return case


async def ask_customer(viewer: Viewer, *, case_id: int, words: str) -> Case:
    """Ask its customer something: what we promised stands still until he answers, what the law says does not.

    Raises `NotFound`, `OwnAffairs`, `WithColleague`, `NotPossibleNow`.
    """
    async with transaction(viewer, "ask_customer") as unit:
        case = await working_on(viewer, case_id)
        await begin(case)
        move(case, CaseStatus.WAITING_CUSTOMER, viewer.role)
        case.waiting_since = unit.now
        await log(case, CaseEntryKind.ASKED, words)
        await keep(case, "assignee_id")
        await outbox.record(CaseAsked(**about(case)))
        return case


async def continue_case(viewer: Viewer, *, case_id: int) -> Case:
    """Go on without the answer. Raises `NotFound`, `OwnAffairs`, `WithColleague`, `NotPossibleNow`."""
    async with transaction(viewer, "continue_case"):
        case = await working_on(viewer, case_id)
        if case.status is not CaseStatus.WAITING_CUSTOMER:
            raise NotPossibleNow(current=case.status)
        move(case, CaseStatus.INVESTIGATING, viewer.role)
        await log(case, CaseEntryKind.WENT_ON)
        await keep(case)
        return case


async def note_in_case(viewer: Viewer, *, case_id: int, words: str) -> Case:
    """Write something down for colleagues; the customer does not read it. Raises `NotFound`, `OwnAffairs`."""
    async with transaction(viewer, "note_in_case"):
        case = await lock_case(viewer, case_id)
        await check_not_ones_own(viewer, case.customer_id)
        await log(case, CaseEntryKind.NOTED, words)
        return case


async def open_case_file(viewer: Viewer, *, file_id: int) -> Opened:
    """Give a link to a file of a case, for some minutes; the audit keeps who opened it. Raises `NotFound`."""
    return await uploads.open_file(viewer, "open_case_file", CaseFile, file_id)
