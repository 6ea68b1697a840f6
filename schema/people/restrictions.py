"""Files that not everybody at the desk may see."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

import models
from resolvers.people import restrictions
from rules.people.access import MANAGERS
from rules.people.restrictions import GrantDateNotAllowed
from rules.people.reveal import ReasonTooShort
from rules.people.staff import OwnAffairs
from rules.states import NotPossibleNow
from schema.context import Info
from schema.declarations import Input, Node, id_of, input, mutation, node, relation, text

if TYPE_CHECKING:
    from schema.people.customers import Customer
    from schema.people.staff import Staff


@node(models.AccessGrant)
class AccessGrant(Node):
    """An officer who sees a restricted file."""

    last_day: date
    """The last day on which he does."""
    reason: str
    """Why he was let in."""
    is_active: bool
    """False once that is over."""
    created_at: datetime
    """When he was let in."""
    customer: Customer | None = relation("customer_id")
    """Whose file it is; null if you do not look after him."""
    staff: Staff | None = relation("staff_id")
    """Who is let in."""
    granted_by: Staff | None = relation("granted_by_id")
    """Who let him in."""


@input
class RestrictFileInput(Input):
    """Whose file, and why."""

    customer_id: int = id_of(models.Customer)
    """A customer of your branches."""
    reason: str = text(1, 500)
    """For whoever audits it; at least 8 characters."""


@mutation(allow=MANAGERS, refusals=(ReasonTooShort, OwnAffairs, NotPossibleNow))
async def restrict_file(info: Info, input: RestrictFileInput) -> models.Customer:
    """Hide a customer's file from officers, but those whom you name by `grantAccess`."""
    return await restrictions.restrict_file(info.context.viewer, **input.values())


@input
class LiftRestrictionInput(Input):
    """Whose file, and why."""

    customer_id: int = id_of(models.Customer)
    """A customer whose file is restricted."""
    reason: str = text(1, 500)
    """For whoever audits it; at least 8 characters."""


@mutation(allow=MANAGERS, refusals=(ReasonTooShort, OwnAffairs, NotPossibleNow))
async def lift_restriction(info: Info, input: LiftRestrictionInput) -> models.Customer:
    """Show a customer's file to the officers of his branch again."""
    return await restrictions.lift_restriction(info.context.viewer, **input.values())


@input
class GrantAccessInput(Input):
    """Who is let in, where, and until when."""

    customer_id: int = id_of(models.Customer)
    """A customer whose file is restricted."""
    staff_id: int = id_of(models.Staff)
    """An officer of his branch."""
    last_day: date
    """Today, or a day of the next year."""
    reason: str = text(1, 500)
    """For whoever audits it; at least 8 characters."""


@mutation(allow=MANAGERS, refusals=(ReasonTooShort, OwnAffairs, NotPossibleNow, GrantDateNotAllowed))
async def grant_access(info: Info, input: GrantAccessInput) -> models.AccessGrant:
    """Let an officer see a restricted file until a day."""
    return await restrictions.grant_access(info.context.viewer, **input.values())


@input
class EndAccessInput(Input):
    """Which one."""

    grant_id: int = id_of(models.AccessGrant)
    """One that is not over."""


@mutation(allow=MANAGERS, refusals=(OwnAffairs, NotPossibleNow))
async def end_access(info: Info, input: EndAccessInput) -> models.AccessGrant:
    """Let an officer see a restricted file no longer."""
    return await restrictions.end_access(info.context.viewer, **input.values())
