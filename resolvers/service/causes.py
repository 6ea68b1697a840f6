"""The tree of causes: proposed by one manager, decided by another, retired when it says nothing any more."""

from models import Cause, Viewer
from models.database import locked, one_at_a_time, transaction
from resolvers.products.proposals import DECIDED, decided
from rules.people.access import MANAGERS
from rules.people.reveal import check_reason
from rules.products.states import ProposalStatus
from rules.service.causes import CauseCodeTaken, CauseHasParts, CauseParentWrong
from rules.states import NotPossibleNow


async def propose_cause(
    viewer: Viewer, *, code: str, name_zh: str, name_en: str, parent_id: int | None = None
) -> Cause:
    """Propose a group of causes, or a cause in one; another manager decides.

    Raises `NotFound`, `CauseParentWrong`, `CauseCodeTaken`.
    """
    assert viewer.role in MANAGERS, "managers propose causes"
    async with transaction(viewer, "propose_cause") as unit:
        await one_at_a_time("causes")  # Two of the same code, or a group that is retired meanwhile.
        if parent_id is not None:
            await _check_group(viewer, parent_id)
        if await Cause.filter(code=code).exclude(status=ProposalStatus.DECLINED).exists():
            raise CauseCodeTaken
        unit.subject = cause = await Cause.create(
            code=code,
            name_zh=name_zh,
            name_en=name_en,
            parent_id=parent_id,
            status=ProposalStatus.PROPOSED,
            proposed_by_id=viewer.staff_id,
        )
        return cause


async def approve_cause(viewer: Viewer, *, cause_id: int) -> Cause:
    """Let cases have a cause from now on. Raises `NotFound`, `NotPossibleNow`, `SamePerson`, `CauseParentWrong`."""
    async with transaction(viewer, "approve_cause") as unit:
        await one_at_a_time("causes")
        cause = await decided(unit, Cause, cause_id, ProposalStatus.APPROVED)
        if cause.parent_id is not None:
            await _check_group(viewer, cause.parent_id)
        cause.is_active, cause.since = True, unit.today
        await cause.save(update_fields=[*DECIDED, "is_active", "since"])
        return cause


async def decline_cause(viewer: Viewer, *, cause_id: int) -> Cause:
    """Leave the tree as it is. Raises `NotFound`, `NotPossibleNow`, `SamePerson`."""
    async with transaction(viewer, "decline_cause") as unit:
        cause = await decided(unit, Cause, cause_id, ProposalStatus.DECLINED)
        await cause.save(update_fields=DECIDED)
        return cause


async def retire_cause(viewer: Viewer, *, cause_id: int, reason: str) -> Cause:
    """Let no more cases have a cause; those that have it keep it.

    Raises `NotFound`, `NotPossibleNow` for what is not in use, `CauseHasParts`, `ReasonTooShort`.
    """
    assert viewer.role in MANAGERS, "managers retire causes"
    async with transaction(viewer, "retire_cause", reason=check_reason(reason)):
        await one_at_a_time("causes")
        cause = await locked(Cause, viewer, cause_id)
        if not cause.is_active:
            raise NotPossibleNow(current="RETIRED" if cause.status is ProposalStatus.APPROVED else cause.status)
        parts = Cause.filter(parent_id=cause.id)
        if await parts.filter(is_active=True).exists() or await parts.filter(status=ProposalStatus.PROPOSED).exists():
            raise CauseHasParts
        cause.is_active = False
        await cause.save(update_fields=["is_active"])
        return cause


async def _check_group(viewer: Viewer, parent_id: int) -> None:
    """Let a cause stand under another. Raises `NotFound`, `CauseParentWrong`."""
    parent = await locked(Cause, viewer, parent_id)
    if parent.parent_id is not None or not parent.is_active:
        raise CauseParentWrong
