"""By when a case is answered."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import models
from resolvers.service import case_deadlines
from rules.people.access import AUDITORS, IN_CHARGE, MANAGERS, OWNER, STAFF_IN_CHARGE
from rules.people.masks import hidden
from rules.people.reveal import ReasonTooShort
from rules.people.staff import OwnAffairs, SamePerson
from rules.products.states import ProposalStatus
from rules.service.cases import AlreadyExtended, CasePriority, TooLate
from rules.states import NotPossibleNow
from schema.context import Info
from schema.declarations import (
    Connection,
    Input,
    Node,
    connection,
    filter_of,
    id_of,
    input,
    masked,
    matches,
    mutation,
    node,
    relation,
    root,
    text,
)
from schema.service.case_messages import WORKING_ON_CASE

if TYPE_CHECKING:
    from schema.people.staff import Staff
    from schema.service.cases import Case


@node(models.CaseExtension)
class CaseExtension(Node):
    """More days than the law gives by itself, for a complaint."""

    days: int
    """How many more."""
    words: str = masked(hidden, clear_to=OWNER | STAFF_IN_CHARGE)
    """Why, in words for the customer."""
    status: ProposalStatus
    """Whether somebody else has approved it."""
    created_at: datetime
    """When it was asked for."""
    decided_at: datetime | None
    """When it was decided; null before."""
    case: Case = relation("case_id")
    """Of which complaint."""
    proposed_by: Staff | None = relation("proposed_by_id")
    """Who asked; null to customers."""
    decided_by: Staff | None = relation("decided_by_id")
    """Who decided, never the same person; null before, and to customers."""


@filter_of(models.CaseExtension)
class CaseExtensionFilter:
    """Narrows a list of extensions."""

    status: ProposalStatus | None = matches("status")
    """PROPOSED ones wait for a manager."""


@root
class CaseExtensionRoot:
    case_extensions: Connection[CaseExtension] = connection(filter=CaseExtensionFilter, allow=IN_CHARGE | AUDITORS)
    """More time that was asked for, oldest first."""


@input
class PrioritiseCaseInput(Input):
    """Which case, and how soon."""

    case_id: int = id_of(models.Case)
    """One that is not answered."""
    priority: CasePriority
    """How soon it is answered from now on, counted from its beginning."""
    reason: str = text(1, 500)
    """Why; colleagues read it."""


@mutation(allow=IN_CHARGE, refusals=(*WORKING_ON_CASE, ReasonTooShort))
async def prioritise_case(info: Info, input: PrioritiseCaseInput) -> models.Case:
    """Answer a case sooner, or later."""
    return await case_deadlines.prioritise_case(info.context.viewer, **input.values())


@input
class FindCaseComplexInput(Input):
    """Which complaint, and why."""

    case_id: int = id_of(models.Case)
    """One that is not answered."""
    words: str = text(1, 2_000)
    """Why it takes longer, in words for the customer."""


@mutation(allow=IN_CHARGE, refusals=(*WORKING_ON_CASE, TooLate, AlreadyExtended))
async def find_case_complex(info: Info, input: FindCaseComplexInput) -> models.Case:
    """Say that a complaint is complex: the law then gives thirty days in all. The customer is told."""
    return await case_deadlines.find_case_complex(info.context.viewer, **input.values())


@input
class ProposeCaseExtensionInput(Input):
    """For which complaint, and why."""

    case_id: int = id_of(models.Case)
    """A complex one that is not answered."""
    words: str = text(1, 2_000)
    """Why it takes longer still, in words for the customer."""


@mutation(allow=IN_CHARGE, refusals=(*WORKING_ON_CASE, TooLate, AlreadyExtended))
async def propose_case_extension(info: Info, input: ProposeCaseExtensionInput) -> models.CaseExtension:
    """Ask for thirty days more; a manager decides."""
    return await case_deadlines.propose_case_extension(info.context.viewer, **input.values())


@input
class ApproveCaseExtensionInput(Input):
    """Which extension."""

    extension_id: int = id_of(models.CaseExtension)
    """One that somebody else asked for."""


@mutation(allow=MANAGERS, refusals=(OwnAffairs, NotPossibleNow, TooLate, SamePerson))
async def approve_case_extension(info: Info, input: ApproveCaseExtensionInput) -> models.CaseExtension:
    """Give the time; the customer is told in the same step, else it would not hold."""
    return await case_deadlines.approve_case_extension(info.context.viewer, **input.values())


@input
class DeclineCaseExtensionInput(Input):
    """Which extension."""

    extension_id: int = id_of(models.CaseExtension)
    """One that somebody else asked for."""


@mutation(allow=MANAGERS, refusals=(OwnAffairs, NotPossibleNow, SamePerson))
async def decline_case_extension(info: Info, input: DeclineCaseExtensionInput) -> models.CaseExtension:
    """Leave the time as it is."""
    return await case_deadlines.decline_case_extension(info.context.viewer, **input.values())
