"""Which cause a case has."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

import models
from resolvers.service import case_causes
from rules.people.access import IN_CHARGE
from rules.people.reveal import ReasonTooShort
from rules.service.causes import ActionMissing, CauseMissing, CauseNotUsable
from schema.context import Info
from schema.declarations import Input, Node, id_of, input, mutation, node, relation, text
from schema.service.case_messages import WORKING_ON_CASE

if TYPE_CHECKING:
    from schema.people.staff import Staff
    from schema.service.cases import Case
    from schema.service.causes import Cause

NAMING_CAUSE = (CauseMissing, CauseNotUsable, ActionMissing)
"""What an answer may be refused because of its cause."""


@node(models.CaseCause)
class CaseCause(Node):
    """Why a case had to be opened, as whoever answered it found; customers do not read it."""

    is_systemic: bool
    """Whether it happens again unless something is done."""
    found_on: date
    """The business day on which a cause was first named: figures count it there."""
    created_at: datetime
    """When that was."""
    cause: Cause | None = relation("cause_id")
    """Which cause; never null to staff."""
    case: Case = relation("case_id")
    """Of which case."""
    set_by: Staff | None = relation("set_by_id")
    """Who named it last; null to whoever does not see accounts."""


@input
class SetCauseInput(Input):
    """Which case, and why it had to be opened."""

    case_id: int = id_of(models.Case)
    """One that is answered."""
    cause_id: int = id_of(models.Cause)
    """A cause of the second level that is in use."""
    reason: str = text(1, 500)
    """Why this one; the log of the case keeps it, for colleagues."""
    is_systemic: bool | None
    """Whether it happens again unless something is done; nothing: as said before."""


@mutation(allow=IN_CHARGE, refusals=(*WORKING_ON_CASE, CauseNotUsable, ActionMissing, ReasonTooShort))
async def set_cause(info: Info, input: SetCauseInput) -> models.CaseCause:
    """Name the cause of an answered case, or another one."""
    return await case_causes.set_cause(info.context.viewer, **input.values())
