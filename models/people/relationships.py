"""Who belongs together."""

from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint

from models.base import Owned
from models.fields import reference
from rules.people.relationships import RelationshipKind


class Relationship(Owned):
    """Somebody to whom a customer belongs. The other one has such a row, too: both begin and end together."""

    customer_may_see = False

    relative = reference("Customer")
    relative_id: int
    kind = fields.CharEnumField(RelationshipKind, max_length=8)
    saved_by = reference("Staff")
    saved_by_id: int
    is_active = fields.BooleanField(default=True, db_default=True)
    """False once it is over."""

    class Meta:
        table = "relationship"
        constraints = (
            CheckConstraint(name="relationship_of_two", check='"customer_id" <> "relative_id"'),
            UniqueConstraint(
                name="relationship_once", fields=("customer_id", "relative_id", "kind"), condition='"is_active"'
            ),
        )
        indexes = (("customer_id", "id"),)
