"""Answering cases, and what a customer can do about an answer."""

from models import Case, CaseEntry, CaseRedress, Viewer
from models.database import Unit, transaction
from notifications import outbox
from notifications.service.cases import CaseAnswered, CaseReopened
from resolvers.people.customers import lock_customer
from resolvers.people.staff import accounts_of
from resolvers.service.case_assignments import assign, begin, working_on
from resolvers.service.case_causes import name_cause
from resolvers.service.case_log import about, keep, lock_case, log, move
from resolvers.service.cases import check_writes_little
from resolvers.service.survey_invitations import occasion
from rules.people.staff import check_other_person
from rules.products.states import ProposalStatus
from rules.service.case_clocks import CHINA, TARGETS
from rules.service.cases import (
    DECISIONS,
    OPEN,
    REOPENED_WITHIN,
    REVIEW_ASKED_WITHIN,
    CaseKind,
    CaseOutcome,
    CaseStatus,
    ReviewedBefore,
    check_within,
)
from rules.service.entries import CaseEntryKind
from rules.service.redress import RedressWaits
from rules.service.surveys import SurveyOccasion
from rules.states import NotPossibleNow

_ANSWERED = ("outcome", "decided_by_id", "closed_at", "is_escalated")


async def decide_case(
    viewer: Viewer,
    *,
    case_id: int,
    outcome: CaseOutcome,
    answer: str,
    cause_id: int | None = None,
    is_systemic: bool | None = None,
) -> Case:
    """Answer a case, with the reasons; the customer is told, and what he can do about it.

    Raises `NotFound`, `OwnAffairs`, `WithColleague`, `NotPossibleNow`, `RedressWaits`, and what `name_cause` raises.
    """
    assert outcome in DECISIONS, "what nobody heard of any more the house closes"
    async with transaction(viewer, "decide_case") as unit:
        case = await working_on(viewer, case_id)
        if case.status not in OPEN:
            raise NotPossibleNow(current=case.status)
        await begin(case)
        if case.status is CaseStatus.WAITING_CUSTOMER:
            move(case, CaseStatus.INVESTIGATING, viewer.role)
            await log(case, CaseEntryKind.WENT_ON)
        move(case, CaseStatus.CLOSED, viewer.role)
        if await CaseRedress.exists(case_id=case.id, status=ProposalStatus.PROPOSED):
            raise RedressWaits
        case.outcome, case.decided_by_id, case.closed_at = outcome, viewer.staff_id, unit.now
        case.is_escalated = False
        await log(case, CaseEntryKind.DECIDED, answer, outcome=outcome)
        await name_cause(unit, case, cause_id, is_systemic=is_systemic)
        await keep(case, "assignee_id", *_ANSWERED)
        await outbox.record(CaseAnswered(**about(case)))
        await _ask_how_it_was(unit, case)
        return case


async def reopen_case(viewer: Viewer, *, case_id: int, words: str) -> Case:
    """Say within a month why the answer is none; it goes on, with clocks of its own.

    Raises `NotFound`, `NotPossibleNow`, `TooLate`, `ReviewedBefore`, `TooManyMessages`.
    """
    async with transaction(viewer, "reopen_case") as unit:
        await check_writes_little(unit, (await lock_customer(viewer)).id)
        unit.subject = case = await lock_case(viewer, case_id)
        if case.status is not CaseStatus.CLOSED:
            raise NotPossibleNow(current=case.status)
        assert case.closed_at is not None, "what was closed was so at some time"
        check_within(case.closed_at + REOPENED_WITHIN, unit.now)
        if case.is_reviewed:
            raise ReviewedBefore
        move(case, CaseStatus.INVESTIGATING, viewer.role)
        case.outcome, case.decided_by_id, case.closed_at = None, None, None
        case.legal_days = CHINA.days if case.kind is CaseKind.COMPLAINT else None
        await log(case, CaseEntryKind.REOPENED, words, targets=TARGETS[case.priority], days=case.legal_days)
        if case.assignee_id is None:
            await assign(case)
        await keep(case, "assignee_id", "legal_days", *_ANSWERED)
        await outbox.record(CaseReopened(**about(case)))
        return case


async def ask_for_review(viewer: Viewer, *, case_id: int, words: str) -> Case:
    """Bring an answered complaint before the unit above, once.

    Raises `NotFound`, `NotPossibleNow` (also for a request), `TooLate`, `ReviewedBefore`, `TooManyMessages`.
    """
    async with transaction(viewer, "ask_for_review") as unit:
        await check_writes_little(unit, (await lock_customer(viewer)).id)
        unit.subject = case = await lock_case(viewer, case_id)
        if case.kind is not CaseKind.COMPLAINT:
            raise NotPossibleNow(current=case.status)
        if case.is_reviewed and case.status is CaseStatus.CLOSED:
            raise ReviewedBefore
        move(case, CaseStatus.IN_REVIEW, viewer.role)
        assert case.closed_at is not None, "what was closed was so at some time"
        check_within(case.closed_at + REVIEW_ASKED_WITHIN, unit.now)
        case.is_reviewed = case.is_escalated = True
        await log(case, CaseEntryKind.REVIEW_ASKED, words, days=CHINA.review_days)
        await keep(case, "is_reviewed", "is_escalated")
        return case


async def review_case(
    viewer: Viewer,
    *,
    case_id: int,
    outcome: CaseOutcome,
    answer: str,
    cause_id: int | None = None,
    is_systemic: bool | None = None,
) -> Case:
    """Answer in the place of whoever answered first.

    Raises `NotFound`, `OwnAffairs`, `NotPossibleNow`, `SamePerson`, `RedressWaits`, and what `name_cause` raises.
    """
    assert outcome in DECISIONS, "a review ends with an answer"
    async with transaction(viewer, "review_case") as unit:
        case = await working_on(viewer, case_id)
        move(case, CaseStatus.CLOSED, viewer.role)
        mine = await accounts_of(viewer)
        async for entry in CaseEntry.filter(case_id=case.id, kind=CaseEntryKind.DECIDED):
            check_other_person(entry.staff_id, mine)
        if await CaseRedress.exists(case_id=case.id, status=ProposalStatus.PROPOSED):
            raise RedressWaits
        case.outcome, case.decided_by_id, case.closed_at = outcome, viewer.staff_id, unit.now
        case.is_escalated = False
        await log(case, CaseEntryKind.REVIEWED, answer, outcome=outcome)
        await name_cause(unit, case, cause_id, is_systemic=is_systemic)
        await keep(case, *_ANSWERED)
        await outbox.record(CaseAnswered(**about(case)))
        await _ask_how_it_was(unit, case)
        return case


async def withdraw_case(viewer: Viewer, *, case_id: int) -> Case:
    """Take a case of one's own back; it is over that moment. Raises `NotFound`, `NotPossibleNow`."""
    async with transaction(viewer, "withdraw_case"):
        case = await lock_case(viewer, case_id)
        move(case, CaseStatus.WITHDRAWN, viewer.role)
        case.is_escalated = False
        await log(case, CaseEntryKind.WITHDRAWN)
        await keep(case, "is_escalated")
        return case


async def _ask_how_it_was(unit: Unit, case: Case) -> None:
    """Draw the customer for a survey about whoever answered."""
    await occasion(unit, SurveyOccasion.CASE_CLOSED, case.customer_id, case.id, staff_id=case.decided_by_id)
