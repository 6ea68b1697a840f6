"""Opening cases: by the customer, at any hour, and by staff for whoever calls, comes or writes."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from models import Case, CaseEntry, CaseFile, Customer, LoanParty, NamedOfficer, Staff, Viewer
from models.database import Unit, locked, open_unit
from notifications import outbox
from notifications.service.cases import CaseOpened
from resolvers import configured, keys
from resolvers.documents import uploads
from resolvers.people.customers import lock_customer
from resolvers.people.relationships import check_not_ones_own
from resolvers.service import case_assignments
from resolvers.service.business_times import business_time
from resolvers.service.case_log import about, clocks_by, keep, log
from resolvers.service.hourly import again_at
from rules.documents.uploads import UploadPurpose
from rules.errors import NotFound
from rules.people.access import Role
from rules.service.case_clocks import CHINA, TARGETS
from rules.service.cases import (
    CASE_MOVES,
    MESSAGES_AN_HOUR,
    MOST_OPEN,
    RUNNING,
    CaseKind,
    CasePriority,
    CaseTerms,
    Complainant,
    NoOfficerOfOnesOwn,
    TooManyCases,
    TooManyMessages,
    check_terms,
    first_priority,
)
from rules.service.entries import CaseEntryKind


async def open_case(
    viewer: Viewer,
    terms: CaseTerms,
    *,
    words: str,
    key: str,
    upload_ids: Sequence[int] | None = None,
    is_about_my_officer: bool = False,
) -> Case:
    """Open a case of one's own: its number and timetable are there at once. The officer it is about sees nothing of it.

    Raises `NotFound`, `NoOfficerOfOnesOwn`, `TooManyCases`, `TooManyMessages`, `UploadNotUsable`, `KeyReused`.
    """
    files = list(dict.fromkeys(upload_ids or ()))
    asked = (*vars(terms).values(), words, files, is_about_my_officer)
    async with keys.once(Case, viewer, "open_case", key, *asked) as kept:
        if kept.is_new:
            unit = open_unit()
            customer = await lock_customer(viewer)
            await check_may_open(unit, customer.id)
            case, entry = await _open(unit, customer.id, terms, words)
            await add_files(viewer, entry, files)
            kept.keep(await _hand_on(case, await _own_officer(customer.id) if is_about_my_officer else None))
    return kept.result


async def open_case_for(
    viewer: Viewer, terms: CaseTerms, *, customer_id: int, words: str, key: str, about_staff_id: int | None = None
) -> Case:
    """Open a case for a customer who called, came or wrote, or for who acts for him, as his words were.

    Whoever writes down a complaint about himself does right, and is answered once; then he sees it no more.
    Raises `NotFound`, `OwnAffairs`, `ProofMissing`, `ReceivedNotThen`, `KeyReused`.
    """
    asked = (customer_id, *vars(terms).values(), words, about_staff_id)
    async with keys.once(Case, viewer, "open_case_for", key, *asked) as kept:
        if kept.is_new:
            unit = open_unit()
            await locked(Customer, viewer, customer_id)
            await check_not_ones_own(viewer, customer_id)
            check_terms(terms, unit.now)
            if terms.complainant is Complainant.CUSTOMER:
                terms = replace(terms, complainant_name=None, proof=None)
            case, _ = await _open(unit, customer_id, terms, words)
            kept.keep(await _hand_on(case, about_staff_id))
    return kept.result


async def _own_officer(customer_id: int) -> int:
    """Give the officer of somebody's own. Raises `NoOfficerOfOnesOwn`."""
    own = await NamedOfficer.get_or_none(customer_id=customer_id, ended_at=None)
    if own is None:
        raise NoOfficerOfOnesOwn
    return own.staff_id


async def open_within(
    unit: Unit, customer_id: int, terms: CaseTerms, *, words: str, priority: CasePriority | None = None
) -> Case:
    """Open a case in a unit of work that is open, for a customer whose row is locked."""
    case, _ = await _open(unit, customer_id, terms, words, priority)
    return await _hand_on(case, None)


async def check_may_open(unit: Unit, customer_id: int) -> None:
    """Let somebody open another case; his row is locked. Raises `TooManyCases`, `TooManyMessages`."""
    if await Case.filter(customer_id=customer_id, status__in=list(RUNNING)).count() >= MOST_OPEN:
        raise TooManyCases(limit=MOST_OPEN)
    await check_writes_little(unit, customer_id)


async def check_writes_little(unit: Unit, customer_id: int) -> None:
    """Let somebody write so much in an hour; his row is locked. Raises `TooManyMessages`."""
    own = CaseEntry.filter(customer_id=customer_id, by=Role.CUSTOMER, words__isnull=False)
    if (at := await again_at(own, unit.now, MESSAGES_AN_HOUR)) is not None:
        raise TooManyMessages(again_at=at)


async def add_files(viewer: Viewer, entry: CaseEntry, upload_ids: Sequence[int]) -> None:
    """Add files to what a customer wrote. Raises `NotFound`, `UploadNotUsable`."""
    for upload_id in upload_ids:
        upload = await uploads.use(viewer, upload_id, UploadPurpose.CASE)
        await CaseFile.create(
            customer_id=entry.customer_id, case_id=entry.case_id, entry_id=entry.id, upload_id=upload.id
        )


async def _open(
    unit: Unit, customer_id: int, terms: CaseTerms, words: str, priority: CasePriority | None = None
) -> tuple[Case, CaseEntry]:
    """Write down that a case was opened, and what was said. Raises `NotFound` for a loan in which its customer has no part."""
    if terms.loan_id is not None and not await LoanParty.exists(loan_id=terms.loan_id, customer_id=customer_id):
        raise NotFound
    received_at = terms.received_at or unit.now
    priority = priority or first_priority(terms.kind, terms.category)
    days = CHINA.days if terms.kind is CaseKind.COMPLAINT else None
    unit.subject = case = await Case.create(
        **{**vars(terms), "received_at": received_at},
        customer_id=customer_id,
        status=CASE_MOVES.initial,
        priority=priority,
        opened_by_id=unit.viewer.staff_id,
        day_kind=configured().complaint_days,
        legal_days=days,
        reckoned_by="",
    )
    entry = await log(
        case,
        CaseEntryKind.OPENED,
        words,
        targets=TARGETS[priority],
        priority=priority,
        days=days,
        since=received_at,
    )
    return case, entry


async def _answered_by(case: Case) -> datetime:
    """Give until when somebody says something: of a letter of some time ago, what of it lies ahead."""
    times, now = await business_time(), open_unit().now
    due = [clock.due_at for clock in await clocks_by(case, times) if clock.due_at is not None and clock.due_at > now]
    return min(due, default=times.end_of(times.day_of(now)))


async def _hand_on(case: Case, about_staff_id: int | None) -> Case:
    """Keep a case from whom it is about, give it to somebody else, and tell the customer. Raises `NotFound`."""
    if about_staff_id is not None:
        staff = await Staff.get_or_none(id=about_staff_id)
        if staff is None:
            raise NotFound
        await case_assignments.keep_from(case, staff)
    await case_assignments.assign(case)
    await keep(case, "assignee_id")
    await outbox.record(CaseOpened(due_at=await _answered_by(case), **about(case)))
    return case
