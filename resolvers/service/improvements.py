"""Doing something about a cause, from its opening until it is seen whether it helped."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from tortoise.functions import Count

from models import Branch, CaseCause, Cause, ImprovementAction, Staff, Viewer
from models.database import Unit, locked, transaction
from rules.errors import NotFound
from rules.people.access import IN_CHARGE, MANAGERS
from rules.people.reveal import check_reason
from rules.service.cases import CaseKind, CaseStatus
from rules.service.causes import check_usable
from rules.service.improvements import (
    IMPROVEMENT_MOVES,
    MEASURED_DAYS,
    Change,
    Counted,
    EffectVerdict,
    ImprovementStatus,
    change_of,
    check_due_on,
    check_owner,
    verdict_of,
)
from rules.states import NotPossibleNow


async def open_improvement(
    viewer: Viewer,
    *,
    cause_id: int,
    words: str,
    owner_id: int,
    due_on: date,
    expected_percent: int,
    branch_id: int | None = None,
) -> ImprovementAction:
    """Have somebody do something about a cause. Raises `NotFound`, `CauseNotUsable`, `ImprovementDueDateWrong`."""
    assert viewer.role in MANAGERS, "managers open actions"
    async with transaction(viewer, "open_improvement") as unit:
        cause = await locked(Cause, viewer, cause_id)
        check_usable(cause.parent_id, is_active=cause.is_active)
        check_due_on(unit.today, due_on)
        if branch_id is not None and not await Branch.visible_to(viewer).filter(id=branch_id).exists():
            raise NotFound
        await _check_can_own(viewer, owner_id)
        unit.subject = action = await ImprovementAction.create(
            cause_id=cause.id,
            branch_id=branch_id,
            status=IMPROVEMENT_MOVES.initial,
            words=words,
            responsible_id=owner_id,
            opened_by_id=viewer.staff_id,
            due_on=due_on,
            expected_percent=expected_percent,
        )
        return action


async def assign_improvement(
    viewer: Viewer,
    *,
    action_id: int,
    owner_id: int,
    due_on: date,
    words: str | None = None,
    expected_percent: int | None = None,
) -> ImprovementAction:
    """Give an action that has not ended to somebody, with a day; nothing else changes unless it is said.

    Raises `NotFound`, `NotPossibleNow`, `ImprovementDueDateWrong`.
    """
    assert viewer.role in MANAGERS, "managers give actions to people"
    async with transaction(viewer, "assign_improvement") as unit:
        action = await locked(ImprovementAction, viewer, action_id)
        if action.status in IMPROVEMENT_MOVES.final:
            raise NotPossibleNow(current=action.status)
        check_due_on(unit.today, due_on)
        await _check_can_own(viewer, owner_id)
        action.responsible_id, action.due_on = owner_id, due_on
        action.words = words or action.words
        action.expected_percent = expected_percent or action.expected_percent
        await action.save(update_fields=["responsible_id", "due_on", "words", "expected_percent"])
        return action


async def begin_improvement(viewer: Viewer, *, action_id: int) -> ImprovementAction:
    """Begin what one is to do; what nobody has becomes one's own. Raises `NotFound`, `NotItsOwner`, `NotPossibleNow`."""
    async with transaction(viewer, "begin_improvement"):
        action = await _own(viewer, action_id)
        _move(action, ImprovementStatus.IN_PROGRESS, viewer)
        action.responsible_id = action.responsible_id or viewer.staff_id
        await action.save(update_fields=["status", "responsible_id"])
        return action


async def finish_improvement(viewer: Viewer, *, action_id: int, proof: str) -> ImprovementAction:
    """Say what shows that it is done. Raises `NotFound`, `NotItsOwner`, `NotPossibleNow`."""
    async with transaction(viewer, "finish_improvement") as unit:
        action = await _own(viewer, action_id)
        _move(action, ImprovementStatus.DONE, viewer)
        action.proof = proof
        await _end(unit, action, "proof")
        return action


async def drop_improvement(viewer: Viewer, *, action_id: int, reason: str) -> ImprovementAction:
    """Leave it. Raises `NotFound`, `NotPossibleNow`, `ReasonTooShort`."""
    stated = check_reason(reason)
    async with transaction(viewer, "drop_improvement", reason=stated) as unit:
        action = await locked(ImprovementAction, viewer, action_id)
        _move(action, ImprovementStatus.DROPPED, viewer)
        action.dropped_because = stated
        await _end(unit, action, "dropped_because")
        return action


@dataclass(frozen=True, kw_only=True)
class ImprovementEffect:
    """How frequent a cause was before an action was done, and after."""

    action: ImprovementAction
    cases_before: int
    days_before: int
    cases_after: int
    days_after: int
    change: Change | None
    verdict: EffectVerdict


async def improvement_effect(viewer: Viewer, *, action_id: int) -> ImprovementEffect:
    """Hold the days after an action was done, until yesterday, against those before; counted now, whoever asks.

    Raises `NotFound`, `NotPossibleNow` unless it is done.
    """
    action = await ImprovementAction.visible_to(viewer).get_or_none(id=action_id).select_related("cause")
    if action is None:
        raise NotFound
    if action.status is not ImprovementStatus.DONE:
        raise NotPossibleNow(current=action.status)
    done_on, since = action.ended_on, action.cause.since
    assert done_on is not None, "what is done was so at some time"
    assert since is not None, "what is done was about a cause that was approved"
    span = timedelta(days=MEASURED_DAYS)
    days_before, days_after = min(span, done_on - since).days, min(span, viewer.today - done_on).days
    counts = await _counts(action, done_on - timedelta(days=days_before), done_on + timedelta(days=days_after))
    before = sum(count for day, count in counts.items() if day < done_on)
    after = counts.total() - before
    change = change_of(Counted(before, days_before), Counted(after, days_after))
    return ImprovementEffect(
        action=action,
        cases_before=before,
        days_before=days_before,
        cases_after=after,
        days_after=days_after,
        change=change,
        verdict=verdict_of(change, days_after),
    )


async def _counts(action: ImprovementAction, since: date, until: date) -> Counter[date]:
    """Count complaints with the cause by day, the last one not included, wherever the action is about."""
    where: dict[str, Any] = {
        "cause_id": action.cause_id,
        "case__status__not": CaseStatus.MERGED,
        "found_on__gte": since,
        "found_on__lt": until,
    }
    if action.branch_id is not None:
        where["customer__branch_id"] = action.branch_id
    found = CaseCause.filter(case__kind=CaseKind.COMPLAINT, **where).annotate(count=Count("id")).group_by("found_on")
    return Counter(dict(await found.values_list("found_on", "count")))


async def _own(viewer: Viewer, action_id: int) -> ImprovementAction:
    """Lock an action that the viewer may work on. Raises `NotFound`, `NotItsOwner`."""
    action = await locked(ImprovementAction, viewer, action_id)
    check_owner(viewer.role, viewer.staff_id, action.responsible_id)
    return action


def _move(action: ImprovementAction, to: ImprovementStatus, viewer: Viewer) -> None:
    IMPROVEMENT_MOVES.check(action.status, to, viewer.role)
    action.status = to


async def _end(unit: Unit, action: ImprovementAction, *columns: str) -> None:
    action.ended_on, action.ended_by_id = unit.today, unit.viewer.staff_id
    await action.save(update_fields=["status", "ended_on", "ended_by_id", *columns])


async def _check_can_own(viewer: Viewer, staff_id: int) -> None:
    """Let somebody in charge whose account is open do it. Raises `NotFound`."""
    can = Staff.visible_to(viewer).filter(id=staff_id, is_active=True, role__in=list(IN_CHARGE))
    if not await can.exists():
        raise NotFound
