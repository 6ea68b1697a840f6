"""Branches."""

from collections.abc import Sequence
from dataclasses import dataclass

from tortoise.exceptions import IntegrityError
from tortoise.expressions import F

from models import Application, Branch, Customer, Viewer
from models.database import locked, one_at_a_time, transaction
from resolvers.applications.steps import free
from resolvers.loyalty import named_officer_ends
from resolvers.service import service_ends
from rules.applications.states import UNDER_WAY
from rules.errors import Conflict, NotFound
from rules.people.access import ADMINS, Role
from rules.people.branches import BranchCodeTaken

_BRANCHES = "branches"
"""Changes of branches come one after the other: which is the default is said of all of them, and some lock several."""


@dataclass(frozen=True)
class CustomersAssigned:
    """Who looks after them now."""

    moved_count: int
    branch: Branch


async def create_branch(viewer: Viewer, *, code: str, name_zh: str, name_en: str) -> Branch:
    """Open a branch; the first one is where customers who name none are looked after. Raises `BranchCodeTaken`."""
    return await save_branch(viewer, code=code, name_zh=name_zh, name_en=name_en)


async def save_branch(
    viewer: Viewer,
    *,
    code: str,
    name_zh: str,
    name_en: str,
    branch_id: int | None = None,
    is_default: bool = False,
    version: int | None = None,
) -> Branch:
    """Open a branch, or change the one named, which the editor saw in this version.

    The default one takes the customers who name none: there is always exactly one, the first until another is saved as
    default. Raises `NotFound`, `Conflict`, `BranchCodeTaken`.
    """
    assert viewer.role in ADMINS | {Role.SYSTEM}, "branches are made by admins"
    try:
        async with transaction(viewer, "create_branch" if branch_id is None else "save_branch") as unit:
            await one_at_a_time(_BRANCHES)
            branch = Branch() if branch_id is None else await _lock_version(viewer, branch_id, version)
            branch.code, branch.name_zh, branch.name_en = code, name_zh, name_en
            branch.is_default = branch.is_default or is_default or not await Branch.exists(is_default=True)
            if branch.is_default:
                before = Branch.filter(is_default=True, id__not=branch.id or 0)
                await before.update(is_default=False, version=F("version") + 1)
            await branch.save()
            unit.subject = branch
            return branch
    except IntegrityError as problem:
        if "code" not in str(problem):
            raise
        raise BranchCodeTaken from None


async def _lock_version(viewer: Viewer, branch_id: int, version: int | None) -> Branch:
    """Lock a branch that its editor saw in this version, and count the change. Raises `NotFound`, `Conflict`."""
    branch = await locked(Branch, viewer, branch_id)
    if branch.version != version:
        raise Conflict(current_version=branch.version)
    branch.version += 1
    return branch


async def named(viewer: Viewer, branch_ids: Sequence[int]) -> list[Branch]:
    """Give the branches of these ids, each once. Raises `NotFound` where one does not exist."""
    wanted = set(branch_ids)
    found = await Branch.visible_to(viewer).filter(id__in=list(wanted)).order_by("id")
    if len(found) != len(wanted):
        raise NotFound
    return found


async def assign_customers(viewer: Viewer, *, from_branch_id: int, to_branch_id: int) -> CustomersAssigned:
    """Let one branch look after all the customers of another from now on. Raises `NotFound`.

    Who sees a customer's rows follows from his branch alone, so all that is his moves with him.
    """
    assert viewer.role in ADMINS, "customers are assigned by admins"
    async with transaction(viewer, "assign_customers") as unit:
        await one_at_a_time(_BRANCHES)
        there = {each: await locked(Branch, viewer, each) for each in (from_branch_id, to_branch_id)}
        unit.subject = there[to_branch_id]
        if from_branch_id == to_branch_id:
            return CustomersAssigned(0, there[to_branch_id])
        # The admin sees none of these customers, and needs not to: he says where they are, not who.
        under_way = Application.filter(branch_id=from_branch_id, status__in=list(UNDER_WAY))
        await free(under_way, branch_id=to_branch_id)
        await named_officer_ends.end_of_branch(from_branch_id)
        await service_ends.free_of_branch(from_branch_id, to_branch_id)
        moving = Customer.filter(branch_id=from_branch_id)
        moved_count = await moving.update(branch_id=to_branch_id, version=F("version") + 1)
        return CustomersAssigned(moved_count, there[to_branch_id])
