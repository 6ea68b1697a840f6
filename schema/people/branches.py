"""Branches."""

from __future__ import annotations

import models
from resolvers.people import branches
from rules.people.access import ADMINS
from rules.people.branches import BranchCodeTaken
from rules.people.kinds import in_language
from schema.context import Info
from schema.declarations import (
    LOCALE,
    Input,
    Node,
    children,
    computed,
    id_of,
    input,
    mutation,
    node,
    root,
    text,
    value,
    whole,
)


@node(models.Branch)
class Branch(Node):
    """A place of the lender's that looks after customers."""

    code: str
    """Short and stable, such as SH01."""
    name: str = computed(in_language, "name_zh", "name_en", LOCALE)
    """In the viewer's language."""
    version: int
    """Send it back with a change; it counts the changes."""
    is_default: bool
    """True for the one branch that customers join who name none."""


@root
class BranchRoot:
    branches: list[Branch] = children(order_by="code")
    """All branches: an application may name the one that is to look after it."""


@input
class SaveBranchInput(Input):
    """A branch as it is to be."""

    branch_id: int | None = id_of(models.Branch)
    """The one to change; nothing for a new one."""
    code: str = text(1, 20)
    """Short and stable, such as SH01."""
    name_zh: str = text(1, 100)
    """In Chinese."""
    name_en: str = text(1, 100)
    """In English."""
    is_default: bool
    """True: customers who name no branch join this one from now on. False changes nothing about that."""
    version: int | None = whole(1, 2**31 - 1)
    """The version of the branch to change, as you saw it; nothing for a new one."""


@mutation(allow=ADMINS, refusals=(BranchCodeTaken,))
async def save_branch(info: Info, input: SaveBranchInput) -> models.Branch:
    """Open a branch, or change one."""
    return await branches.save_branch(info.context.viewer, **input.values())


@input
class AssignCustomersInput(Input):
    """Whose customers, and who is to look after them."""

    from_branch_id: int = id_of(models.Branch)
    """The branch that looks after them now."""
    to_branch_id: int = id_of(models.Branch)
    """The branch that is to."""


@value(branches.CustomersAssigned)
class AssignCustomersSuccess:
    """They are looked after by the other branch."""

    moved_count: int
    """How many customers."""
    branch: Branch
    """Who looks after them now."""


@mutation(allow=ADMINS)
async def assign_customers(info: Info, input: AssignCustomersInput) -> branches.CustomersAssigned:
    """Let one branch look after all the customers of another; its officers then see them, those of the other no more."""
    return await branches.assign_customers(info.context.viewer, **input.values())
