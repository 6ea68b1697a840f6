"""The growth plan, and who has which level since when."""

from datetime import date
from typing import ClassVar

from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint

from models.base import Internal, Owned, StaffOnly
from models.fields import DateField, NumberField, TextField, reference
from models.products.proposals import Proposed
from rules.loyalty.tiers import WINDOW_MONTHS, Level, TierReason
from rules.people.access import C1

BENEFITS = (
    *("points_percent", "rate_discount_bp", "fee_waiver_percent", "review_days", "grants_named_officer", "priority"),
)
"""What a level brings, by the columns that a level of a plan and the level itself have alike."""


class TierPlan(StaffOnly, Proposed):
    """All levels from a day on, what each takes and what each brings: proposed by one manager, approved by another."""

    valid_from = fields.DateField()
    window_months = NumberField(default=WINDOW_MONTHS)
    """For so long points count towards a level."""
    is_current = fields.BooleanField(default=False)
    """The plan in force: one at most."""
    looked_on: date | None = fields.DateField(null=True)
    """When everybody was looked at under it; null before."""

    class Meta:
        table = "tier_plan"
        constraints = (
            CheckConstraint(name="tier_plan_current", check='NOT "is_current" OR "status" = \'APPROVED\''),
            CheckConstraint(name="tier_plan_window", check='"window_months" > 0'),
            UniqueConstraint(name="tier_plan_one_from", fields=("valid_from",), condition="\"status\" = 'APPROVED'"),
            UniqueConstraint(name="tier_plan_one_current", fields=("is_current",), condition='"is_current"'),
        )
        indexes = (("status", "id"),)


class TierLevel(StaffOnly):
    """A level of a plan; it becomes the level of its code on the plan's day."""

    is_append_only: ClassVar[bool] = True

    plan = reference("TierPlan")
    plan_id: int
    code = TextField(20)
    rank = NumberField()
    name_zh = TextField(50)
    name_en = TextField(50)
    threshold = NumberField()
    points_percent = NumberField()
    rate_discount_bp = NumberField()
    fee_waiver_percent = NumberField(default=0, db_default=0)
    review_days: int | None = NumberField(null=True)
    grants_named_officer = fields.BooleanField()
    priority = NumberField()

    class Meta:
        table = "tier_level"
        constraints = (CheckConstraint(name="tier_level_fee_waiver_at_most_all", check='"fee_waiver_percent" <= 100'),)
        unique_together = (("plan_id", "rank"), ("plan_id", "code"))

    @property
    def level(self) -> Level:
        """What it says, as the rules take it."""
        benefits = {name: getattr(self, name) for name in BENEFITS}
        return Level(code=self.code, name_zh=self.name_zh, name_en=self.name_en, threshold=self.threshold, **benefits)


class TierMembership(Owned):
    """That somebody has a level, from when until when; who never had another than the lowest has none."""

    tier = reference("Tier")
    tier_id: int
    reason = fields.CharEnumField(TierReason, max_length=7)
    qualifying_points = NumberField(tier=C1, may_be_negative=True)
    """His points of the window on the day it began."""
    valid_from: date = DateField()
    valid_to: date | None = DateField(null=True)
    """When the year is over for which he has it in any case; null for the lowest level, which nobody loses."""
    look_on: date | None = DateField(null=True)
    """When time alone brings something next; null: never, or it has ended."""
    ended_on: date | None = DateField(null=True)
    """The first day on which he had another; null while he has it."""

    class Meta:
        table = "tier_membership"
        constraints = (
            UniqueConstraint(
                name="tier_membership_one_at_a_time", fields=("customer_id",), condition='"ended_on" IS NULL'
            ),
            CheckConstraint(name="tier_membership_ended", check='"ended_on" >= "valid_from"'),
            CheckConstraint(
                name="tier_membership_looked_at",
                check='("look_on" IS NOT NULL) = ("valid_to" IS NOT NULL AND "ended_on" IS NULL)',
            ),
        )
        indexes = (("customer_id", "id"), ("look_on", "customer_id"), ("customer_id", "created_at", "id"))


class TierLook(Internal):
    """How far the journal of points has been looked through for levels that were reached; one row."""

    name = TextField(20, unique=True)
    entry_number = NumberField()
    """The last entry that was looked at."""

    class Meta:
        table = "tier_look"
