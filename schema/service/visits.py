"""Visits: customers who came to a branch, and those whom one of us went to see."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import models
from resolvers.service import visits
from rules.people.access import IN_CHARGE, STAFF_IN_CHARGE
from rules.people.masks import hidden
from rules.people.staff import OwnAffairs
from rules.service.visits import VisitedNotThen, VisitOutcome, VisitPlace, VisitTopic
from schema.context import Info
from schema.declarations import Input, Node, id_of, input, masked, mutation, node, relation, text

if TYPE_CHECKING:
    from schema.people.customers import Customer
    from schema.people.staff import Staff


@node(models.Visit)
class Visit(Node):
    """One visit, as it was written down for colleagues; for staff."""

    place: VisitPlace
    """Where they met."""
    topic: VisitTopic
    """What it was about."""
    words: str = masked(hidden, clear_to=STAFF_IN_CHARGE)
    """What was said, for colleagues; plain text, to be shown as it is."""
    outcome: VisitOutcome
    """What came of it."""
    visited_at: datetime
    """When it was."""
    created_at: datetime
    """When it was written down."""
    customer: Customer = relation("customer_id")
    """Who came, or was visited."""
    staff: Staff | None = relation("staff_id")
    """Who wrote it down."""


@input
class LogVisitInput(Input):
    """Who came or was visited, and what it was about."""

    customer_id: int = id_of(models.Customer)
    """One whom you look after."""
    place: VisitPlace
    """Where you met."""
    topic: VisitTopic
    """What it was about."""
    words: str = text(1, 4_000)
    """What colleagues should know."""
    outcome: VisitOutcome
    """What came of it."""
    visited_at: datetime | None
    """When it was, within the last thirty days; nothing: now."""
    key: str = text(1, 64)
    """Chosen before the first try; send the same again to retry safely."""


@mutation(allow=IN_CHARGE, refusals=(OwnAffairs, VisitedNotThen))
async def log_visit(info: Info, input: LogVisitInput) -> models.Visit:
    """Write down that a customer came to a branch, or was visited. It is for colleagues: he does not read it."""
    return await visits.log_visit(info.context.viewer, **input.values())
