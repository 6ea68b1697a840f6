"""By when a case is answered: sooner, later, and for how long the law lets it take."""

from models import Case, CaseClock, CaseExtension, Viewer
from models.database import Unit, transaction
from notifications import outbox
from notifications.service.cases import CaseTakesLonger
from resolvers.people.relationships import check_not_ones_own
from resolvers.products.proposals import DECIDED, decided
from resolvers.service.case_assignments import working_on
from resolvers.service.case_log import about, keep, lock_case, log
from rules.people.reveal import check_reason
from rules.products.states import ProposalStatus
from rules.service.case_clocks import CHINA, TARGETS, CaseClockKind
from rules.service.cases import OPEN, AlreadyExtended, CasePriority, check_within
from rules.service.entries import CaseEntryKind
from rules.states import NotPossibleNow


async def prioritise_case(viewer: Viewer, *, case_id: int, priority: CasePriority, reason: str) -> Case:
    """Answer a case sooner, or later: what is promised counts from its beginning.

    Raises `NotFound`, `OwnAffairs`, `WithColleague`, `NotPossibleNow`, `ReasonTooShort`.
    """
    stated = check_reason(reason)
    async with transaction(viewer, "prioritise_case", reason=stated):
        case = await working_on(viewer, case_id)
        _check_open(case)
        case.priority = priority
        await log(case, CaseEntryKind.PRIORITISED, stated, targets=TARGETS[priority], priority=priority)
        await keep(case, "priority")
        return case


async def find_case_complex(viewer: Viewer, *, case_id: int, words: str) -> Case:
    """Say why a complaint is complex: the law then gives thirty days; the customer is told.

    Raises `NotFound`, `OwnAffairs`, `WithColleague`, `NotPossibleNow`, `TooLate`, `AlreadyExtended`.
    """
    async with transaction(viewer, "find_case_complex") as unit:
        case = await working_on(viewer, case_id)
        await _check_in_time(unit, case)
        if case.legal_days != CHINA.days:
            raise AlreadyExtended
        await _extend(case, CaseEntryKind.FOUND_COMPLEX, words, CHINA.complex_days)
        return case


async def propose_case_extension(viewer: Viewer, *, case_id: int, words: str) -> CaseExtension:
    """Ask for thirty days more for a complex complaint, for reasons that the customer will read.

    Raises `NotFound`, `OwnAffairs`, `WithColleague`, `NotPossibleNow`, `TooLate`, `AlreadyExtended`.
    """
    async with transaction(viewer, "propose_case_extension") as unit:
        case = await working_on(viewer, case_id)
        await _check_in_time(unit, case)
        earlier = CaseExtension.filter(case_id=case.id).exclude(status=ProposalStatus.DECLINED)
        if case.legal_days != CHINA.complex_days or await earlier.exists():
            raise AlreadyExtended
        unit.subject = extension = await CaseExtension.create(
            customer_id=case.customer_id,
            case_id=case.id,
            words=words,
            days=CHINA.extension_days,
            status=ProposalStatus.PROPOSED,
            proposed_by_id=viewer.staff_id,
        )
        return extension


async def approve_case_extension(viewer: Viewer, *, extension_id: int) -> CaseExtension:
    """Give the time. It holds because the customer is told in the same step.

    Raises `NotFound`, `OwnAffairs`, `NotPossibleNow` (also once the case is over), `TooLate`, `SamePerson`.
    """
    async with transaction(viewer, "approve_case_extension") as unit:
        case, extension = await _decided(unit, extension_id, ProposalStatus.APPROVED)
        await _check_in_time(unit, case)
        if case.legal_days != CHINA.complex_days:  # It was answered, and goes on, meanwhile.
            raise NotPossibleNow(current=case.status)
        await _extend(case, CaseEntryKind.EXTENDED, extension.words, case.legal_days + extension.days)
        return extension


async def decline_case_extension(viewer: Viewer, *, extension_id: int) -> CaseExtension:
    """Leave the time as it is. Raises `NotFound`, `OwnAffairs`, `NotPossibleNow`, `SamePerson`."""
    async with transaction(viewer, "decline_case_extension") as unit:
        return (await _decided(unit, extension_id, ProposalStatus.DECLINED))[1]


async def _decided(unit: Unit, extension_id: int, status: ProposalStatus) -> tuple[Case, CaseExtension]:
    named = await CaseExtension.visible_to(unit.viewer).get_or_none(id=extension_id)
    case = await lock_case(unit.viewer, named.case_id if named else 0)
    await check_not_ones_own(unit.viewer, case.customer_id)
    unit.subject = extension = await decided(unit, CaseExtension, extension_id, status)
    await extension.save(update_fields=DECIDED)
    return case, extension


async def _extend(case: Case, kind: CaseEntryKind, words: str, days: int) -> None:
    case.legal_days = days
    await log(case, kind, words, days=days)
    await keep(case, "legal_days")
    await outbox.record(CaseTakesLonger(days=days, **about(case)))


def _check_open(case: Case) -> None:
    if case.status not in OPEN:
        raise NotPossibleNow(current=case.status)


async def _check_in_time(unit: Unit, case: Case) -> None:
    """Let a complaint take longer whose time is not over. Raises `NotPossibleNow`, `TooLate`."""
    _check_open(case)
    clock = await CaseClock.get_or_none(case_id=case.id, kind=CaseClockKind.LEGAL, ended_at=None)
    if clock is None or clock.due_at is None:
        raise NotPossibleNow(current=case.kind)
    check_within(clock.due_at, unit.now)
