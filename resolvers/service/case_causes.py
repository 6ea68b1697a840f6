"""Which cause a case has: named with its answer, and corrected later with a reason."""

from models import Case, CaseCause, Cause, ImprovementAction, Viewer
from models.database import Unit, transaction
from resolvers.service.case_assignments import working_on
from resolvers.service.case_log import log
from rules.errors import NotFound
from rules.people.reveal import check_reason
from rules.service.cases import CaseStatus
from rules.service.causes import ActionMissing, CauseMissing, check_usable, needs_cause
from rules.service.entries import CaseEntryKind
from rules.service.improvements import UNDER_WAY
from rules.states import NotPossibleNow


async def name_cause(unit: Unit, case: Case, cause_id: int | None, *, is_systemic: bool | None) -> None:
    """Keep the cause that an answer names, or what was known before; the case is locked, and its outcome set.

    `is_systemic` None leaves what was said before. Raises `NotFound`, `CauseMissing`, `CauseNotUsable`, `ActionMissing`.
    """
    known = await CaseCause.get_or_none(case_id=case.id)
    systemic = (known is not None and known.is_systemic) if is_systemic is None else is_systemic
    if cause_id is None and known is None:
        if needs_cause(case.kind, case.outcome, is_systemic=systemic) and (systemic or await _are_there_any()):
            raise CauseMissing
        return
    is_same = known is not None and cause_id in (None, known.cause_id)
    if known is None or not is_same or known.is_systemic is not systemic:
        cause = await Cause.get(id=known.cause_id) if known and is_same else await _usable(unit.viewer, cause_id)
        await _set(unit, case, known, cause, is_systemic=systemic)
    elif systemic:
        await _check_action(known.cause_id)


async def set_cause(
    viewer: Viewer, *, case_id: int, cause_id: int, reason: str, is_systemic: bool | None = None
) -> CaseCause:
    """Name the cause of an answered case, or another one; the log keeps the reason.

    Raises `NotFound`, `OwnAffairs`, `WithColleague`, `NotPossibleNow`, `CauseNotUsable`, `ActionMissing`, `ReasonTooShort`.
    """
    stated = check_reason(reason)
    async with transaction(viewer, "set_cause", reason=stated) as unit:
        case = await working_on(viewer, case_id)
        if case.status not in (CaseStatus.CLOSED, CaseStatus.IN_REVIEW):
            raise NotPossibleNow(current=case.status)
        known = await CaseCause.get_or_none(case_id=case.id)
        systemic = (known is not None and known.is_systemic) if is_systemic is None else is_systemic
        cause = await _usable(viewer, cause_id)
        return await _set(unit, case, known, cause, is_systemic=systemic, reason=stated)


async def _set(
    unit: Unit, case: Case, known: CaseCause | None, cause: Cause, *, is_systemic: bool, reason: str | None = None
) -> CaseCause:
    if is_systemic:
        await _check_action(cause.id)
    said = _spoken(cause, is_systemic=is_systemic)
    if known is not None:
        said = f"{_spoken(await Cause.get(id=known.cause_id), is_systemic=known.is_systemic)} → {said}"
    await log(case, CaseEntryKind.CAUSE_SET, f"{said}: {reason}" if reason else said)
    if known is None:
        return await CaseCause.create(
            customer_id=case.customer_id,
            case_id=case.id,
            cause_id=cause.id,
            is_systemic=is_systemic,
            found_on=unit.today,
            set_by_id=unit.viewer.staff_id,
        )
    known.cause_id, known.is_systemic, known.set_by_id = cause.id, is_systemic, unit.viewer.staff_id or 0
    await known.save(update_fields=["cause_id", "is_systemic", "set_by_id"])
    return known


def _spoken(cause: Cause, *, is_systemic: bool) -> str:
    return f"{cause.code} (systemic)" if is_systemic else cause.code


async def _usable(viewer: Viewer, cause_id: int | None) -> Cause:
    """Give a cause that a case can have. Raises `NotFound`, `CauseNotUsable`."""
    cause = await Cause.visible_to(viewer).get_or_none(id=cause_id)
    if cause is None:
        raise NotFound
    check_usable(cause.parent_id, is_active=cause.is_active)
    return cause


async def _check_action(cause_id: int) -> None:
    """Have something done about what is systemic. Raises `ActionMissing`."""
    if not await ImprovementAction.exists(cause_id=cause_id, status__in=list(UNDER_WAY)):
        raise ActionMissing


async def _are_there_any() -> bool:
    return await Cause.exists(is_active=True, parent_id__isnull=False)
