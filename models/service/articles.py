"""Articles, news and lessons, and what each of their versions says."""

from datetime import date

from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint

from models.base import StaffOnly, Versioned
from models.fields import DateField, LongTextField, NumberField, TextField, reference
from models.products.proposals import Proposed
from models.scopes import EVERYTHING, Asker, IsAfter, Says, Scope
from rules.people.access import ALL_STAFF, Role
from rules.products.states import ProposalStatus
from rules.service.articles import EDITORS, ArticleAudience, ArticleCategory, ArticleKind, ArticleStatus

_SEE_DRAFTS = EDITORS | {Role.SYSTEM}


def readable(role: Role, path: str = "") -> Scope:
    """What holds of an article, behind `path`, for those who do not write: it is published, for them, and not over."""
    is_published = Says(f"{path}status", ArticleStatus.PUBLISHED)
    is_on = IsAfter(f"{path}readable_until", Asker.TODAY)
    is_for_me = () if role in ALL_STAFF else (Says(f"{path}audience", ArticleAudience.CUSTOMERS),)
    return (is_published, *is_for_me, is_on)


def readable_version(role: Role, path: str = "") -> Scope:
    """What holds of a version, behind `path`: it was published, and its article is one to be read."""
    if role in _SEE_DRAFTS:
        return EVERYTHING
    return (Says(f"{path}status", ProposalStatus.APPROVED), *readable(role, f"{path}article__"))


class Article(StaffOnly):
    """A text through all its versions. What is said of its current one is kept here too, to be looked for."""

    kind = fields.CharEnumField(ArticleKind, max_length=7)
    audience = fields.CharEnumField(ArticleAudience, max_length=9)
    status = fields.CharEnumField(ArticleStatus, max_length=9)
    category = fields.CharEnumField(ArticleCategory, max_length=12)
    review_on = DateField()
    """When somebody should look at it again."""
    readable_until: date = DateField()
    """The first day on which it is not read any more."""

    class Meta:
        table = "article"
        indexes = (("kind", "id"), ("audience", "id"), ("status", "id"), ("category", "id"), ("review_on", "id"))

    @classmethod
    def scope(cls, role: Role) -> Scope:
        return EVERYTHING if role in _SEE_DRAFTS else readable(role)


class ArticleVersion(StaffOnly, Proposed, Versioned):
    """What an article says, in both languages; once decided it stays as it is, and another one takes its place."""

    article = reference("Article")
    article_id: int
    number: int = NumberField()
    """The first one is 1."""
    is_current = fields.BooleanField(default=False, db_default=False)
    """It is the one that is read."""
    category = fields.CharEnumField(ArticleCategory, max_length=12)
    title_zh = TextField(100)
    title_en = TextField(100)
    summary_zh = TextField(300)
    summary_en = TextField(300)
    body_zh = LongTextField()
    body_en = LongTextField()
    review_on = DateField()
    expires_on: date | None = DateField(null=True)
    """The first day on which it is not read any more."""

    class Meta:
        table = "article_version"
        unique_together = (("article_id", "number"),)
        constraints = (
            CheckConstraint(name="article_version_current", check='NOT "is_current" OR "status" = \'APPROVED\''),
            UniqueConstraint(name="article_version_one_current", fields=("article_id",), condition='"is_current"'),
            UniqueConstraint(
                name="article_version_one_draft", fields=("article_id",), condition="\"status\" = 'PROPOSED'"
            ),
        )
        indexes = (("article_id", "is_current", "id"),)

    @classmethod
    def scope(cls, role: Role) -> Scope:
        return readable_version(role)
