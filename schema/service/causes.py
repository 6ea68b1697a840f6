"""The tree of causes."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

import strawberry

import models
from resolvers.service import causes
from rules.people.access import ALL_STAFF, MANAGERS
from rules.people.kinds import in_language
from rules.people.reveal import ReasonTooShort
from rules.people.staff import SamePerson
from rules.products.states import ProposalStatus
from rules.service.causes import CauseCodeTaken, CauseHasParts, CauseParentWrong
from rules.states import NotPossibleNow
from schema.context import Info
from schema.declarations import (
    LOCALE,
    Connection,
    Input,
    Node,
    computed,
    connection,
    filter_of,
    id_of,
    input,
    matches,
    mutation,
    node,
    relation,
    root,
    text,
    token,
)

if TYPE_CHECKING:
    from schema.people.staff import Staff


@node(models.Cause)
class Cause(Node):
    """Why complaints have to be made, or a group of such causes: proposed by one manager, decided by another."""

    code: str
    """What figures call it, such as DEBITED_TWICE; what it means is never changed."""
    name: str = computed(in_language, "name_zh", "name_en", LOCALE)
    """In the viewer's language."""
    name_zh: str
    """In Chinese."""
    name_en: str
    """In English."""
    status: ProposalStatus
    """Where the proposal stands."""
    is_active: bool
    """Whether it was approved, and not retired: cases can have it if it stands in a group."""
    since: date | None
    """From when on cases could have it; null before it was approved."""
    created_at: datetime
    """When it was proposed."""
    decided_at: datetime | None
    """When it was decided; null before."""
    parent: Cause | None = relation("parent_id")
    """The group in which it stands; null for a group."""
    proposed_by: Staff | None = relation("proposed_by_id")
    """Who proposed it; null to whoever does not see accounts."""
    decided_by: Staff | None = relation("decided_by_id")
    """Who decided it, never the same person; null before, and to whoever does not see accounts."""


@filter_of(models.Cause)
class CauseFilter:
    """Narrows a list of causes."""

    is_active: bool | None = matches("is_active")
    """Those in use, or the others."""
    status: ProposalStatus | None = matches("status")
    """PROPOSED ones wait for a manager."""
    parent: strawberry.ID | None = matches("parent_id", id_of=models.Cause)
    """Those of this group."""


@root
class CauseRoot:
    causes: Connection[Cause] = connection(filter=CauseFilter, allow=ALL_STAFF)
    """All causes and groups there are, were and may be, oldest first."""


@input
class ProposeCauseInput(Input):
    """A group of causes, or a cause in one."""

    code: str = token(40)
    """What figures call it; nothing else has ever had this code, unless it was declined."""
    name_zh: str = text(1, 50)
    """In Chinese."""
    name_en: str = text(1, 100)
    """In English."""
    parent_id: int | None = id_of(models.Cause)
    """The group, which is in use; nothing: this is one."""


@mutation(allow=MANAGERS, refusals=(CauseParentWrong, CauseCodeTaken))
async def propose_cause(info: Info, input: ProposeCauseInput) -> models.Cause:
    """Propose a cause, or a group; another manager decides."""
    return await causes.propose_cause(info.context.viewer, **input.values())


@input
class ApproveCauseInput(Input):
    """Which cause."""

    cause_id: int = id_of(models.Cause)
    """One that somebody else proposed."""


@mutation(allow=MANAGERS, refusals=(NotPossibleNow, SamePerson, CauseParentWrong))
async def approve_cause(info: Info, input: ApproveCauseInput) -> models.Cause:
    """Let cases have a cause from now on, or causes stand in a group."""
    return await causes.approve_cause(info.context.viewer, **input.values())


@input
class DeclineCauseInput(Input):
    """Which cause."""

    cause_id: int = id_of(models.Cause)
    """One that somebody else proposed."""


@mutation(allow=MANAGERS, refusals=(NotPossibleNow, SamePerson))
async def decline_cause(info: Info, input: DeclineCauseInput) -> models.Cause:
    """Leave the tree as it is."""
    return await causes.decline_cause(info.context.viewer, **input.values())


@input
class RetireCauseInput(Input):
    """Which cause, and why."""

    cause_id: int = id_of(models.Cause)
    """One in use; a group once none is in use in it."""
    reason: str = text(1, 500)
    """Why; the audit keeps it."""


@mutation(allow=MANAGERS, refusals=(NotPossibleNow, CauseHasParts, ReasonTooShort))
async def retire_cause(info: Info, input: RetireCauseInput) -> models.Cause:
    """Let no more cases have a cause; those that have it keep it."""
    return await causes.retire_cause(info.context.viewer, **input.values())
