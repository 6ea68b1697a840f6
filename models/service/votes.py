"""What customers think of an article."""

from tortoise import fields

from models.base import Owned
from models.fields import reference
from models.scopes import EVERYTHING, NOTHING, Asker, Is, Scope
from rules.people.access import Role


class ArticleVote(Owned):
    """Whether a version helped a customer: what he reads is his own affair, so staff read sums only."""

    version = reference("ArticleVersion")
    version_id: int
    is_helpful = fields.BooleanField()

    class Meta:
        table = "article_vote"
        unique_together = (("version_id", "customer_id"),)
        indexes = (("customer_id", "id"), ("version_id", "is_helpful", "id"))

    @classmethod
    def scope(cls, role: Role) -> Scope:
        if role is Role.SYSTEM:
            return EVERYTHING
        return (Is("customer_id", Asker.CUSTOMER),) if role is Role.CUSTOMER else NOTHING
