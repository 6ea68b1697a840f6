"""Who belongs together."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import models
from resolvers.people import relationships
from rules.people.access import MANAGERS
from rules.people.customers import SearchLimitReached
from rules.people.relationships import RelatedToHimself, RelationshipKind
from rules.people.staff import NoSuchCustomer, OwnAffairs
from rules.states import NotPossibleNow
from schema.context import Info
from schema.declarations import Input, Node, id_of, input, mutation, node, relation, text

if TYPE_CHECKING:
    from schema.people.customers import Customer
    from schema.people.staff import Staff


@node(models.Relationship)
class Relationship(Node):
    """Somebody to whom a customer belongs; customers do not see it."""

    kind: RelationshipKind
    """How."""
    is_active: bool
    """False once it is over."""
    created_at: datetime
    """When it was written down."""
    relative: Customer | None = relation("relative_id")
    """The other one; null if you do not look after him."""
    saved_by: Staff | None = relation("saved_by_id")
    """Who wrote it down."""


@input
class SaveRelationshipInput(Input):
    """Who belongs to whom."""

    customer_id: int = id_of(models.Customer)
    """A customer you look after."""
    customer_phone: str = text(1, 40)
    """The phone of the other one, who is a customer of ours, too."""
    kind: RelationshipKind
    """How they belong together."""


@mutation(allow=MANAGERS, refusals=(SearchLimitReached, NoSuchCustomer, RelatedToHimself, OwnAffairs))
async def save_relationship(info: Info, input: SaveRelationshipInput) -> models.Relationship:
    """Write down who belongs together; looking the other one up counts as a search. Nobody at a desk settles the affairs of his family."""
    return await relationships.save_relationship(info.context.viewer, **input.values())


@input
class EndRelationshipInput(Input):
    """Which one."""

    relationship_id: int = id_of(models.Relationship)
    """One that is not over, and not your own."""


@mutation(allow=MANAGERS, refusals=(OwnAffairs, NotPossibleNow))
async def end_relationship(info: Info, input: EndRelationshipInput) -> models.Relationship:
    """Write down that it is over."""
    return await relationships.end_relationship(info.context.viewer, **input.values())
