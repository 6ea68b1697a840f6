"""Promotions: words, for whom, when, and who decided."""

from datetime import datetime
from typing import ClassVar

from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint

from models.base import Internal, StaffOnly, Versioned
from models.fields import NumberField, TextField, reference
from rules.notifications.classes import Category
from rules.notifications.promotions import AudienceKind, PromotionStatus
from rules.people.access import AUDITORS, MANAGERS, Role

SEEN_BY = MANAGERS | AUDITORS | {Role.MARKETER}


class PromotionTemplate(StaffOnly, Versioned):
    """The words of a promotion in both languages."""

    seen_by: ClassVar[frozenset[Role]] = SEEN_BY

    name = TextField(100, unique=True)
    category = fields.CharEnumField(Category, max_length=12)
    push_title_zh = TextField(40)
    push_body_zh = TextField(120)
    inbox_zh = TextField(1000)
    push_title_en = TextField(60)
    push_body_en = TextField(200)
    inbox_en = TextField(1000)
    saved_by = reference("Staff")
    saved_by_id: int

    class Meta:
        table = "promotion_template"


class Promotion(StaffOnly, Versioned):
    """A template sent to some people at some time; its words are those at the time it was proposed."""

    seen_by: ClassVar[frozenset[Role]] = SEEN_BY

    template = reference("PromotionTemplate")
    template_id: int
    template_version = NumberField()
    """A template that was edited since then is not sent by it."""
    audience = fields.CharEnumField(AudienceKind, max_length=6)
    tier = reference("Tier", null=True)
    tier_id: int | None
    branch = reference("Branch", null=True)
    branch_id: int | None
    sends_at: datetime = fields.DatetimeField()
    ends_at: datetime = fields.DatetimeField()
    """Nobody is told afterwards."""
    status = fields.CharEnumField(PromotionStatus, max_length=9)
    proposed_by = reference("Staff")
    proposed_by_id: int
    decided_by = reference("Staff", null=True)
    decided_by_id: int | None
    up_to = NumberField(default=0, db_default=0)
    """The customer up to whom all are told or left out."""
    told_count = NumberField(default=0, db_default=0)
    left_out_count = NumberField(default=0, db_default=0)

    class Meta:
        table = "promotion"
        constraints = (
            CheckConstraint(name="promotion_by_two", check='"decided_by_id" <> "proposed_by_id"'),
            CheckConstraint(
                name="promotion_audience",
                check='("audience" = \'TIER\') = ("tier_id" IS NOT NULL) AND ("audience" = \'BRANCH\') = ("branch_id" IS NOT NULL)',
            ),
        )
        indexes = (("status", "sends_at", "id"),)


class PromotionAddressee(Internal):
    """One of those whom a promotion names one by one."""

    promotion = reference("Promotion")
    promotion_id: int
    customer = reference("Customer")
    customer_id: int

    class Meta:
        table = "promotion_addressee"
        unique_together = (("promotion_id", "customer_id"),)
