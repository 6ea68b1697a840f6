"""The catalogue of rewards."""

from datetime import date
from decimal import Decimal

from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint

from models.base import Public
from models.fields import MoneyField, NumberField, TextField, reference
from models.products.products import INSIDERS
from models.products.proposals import Proposed
from models.scopes import EVERYTHING, Says, Scope
from rules.loyalty.rewards import RewardKind, RewardPeriod
from rules.people.access import Role
from rules.products.states import ProposalStatus


class Reward(Public, Proposed):
    """What can be had for points: proposed by one, approved by another manager. What is only proposed is for staff.

    Whoever takes one locks the row: its stock is counted here.
    """

    kind = fields.CharEnumField(RewardKind, max_length=16)
    name_zh = TextField(50)
    name_en = TextField(80)
    terms_zh = TextField(500)
    terms_en = TextField(1000)
    price_points = NumberField()
    currency = TextField(3)
    cost = MoneyField()
    """What one costs us."""
    worth: Decimal | None = MoneyField(null=True)
    """What a voucher pays at the most."""
    usable_days: int | None = NumberField(null=True)
    """For how many days a voucher can be used."""
    partner = reference("Partner", null=True)
    partner_id: int | None
    """Who hands it out; null for a voucher."""
    stock: int | None = NumberField(null=True)
    """How many are left; null: as many as are wanted."""
    limit_count: int | None = NumberField(null=True)
    """How often one person can have it; null: as often as he likes."""
    limit_period: RewardPeriod | None = fields.CharEnumField(RewardPeriod, max_length=4, null=True)  # type: ignore[assignment]
    minimum_rank: int | None = NumberField(null=True)
    """The rank of the lowest level that can have it; null: everybody."""
    valid_from = fields.DateField()
    valid_to: date | None = fields.DateField(null=True)
    """The first day it is not offered any more."""
    is_offered = fields.BooleanField(default=False, db_default=False)
    """It was approved, and not withdrawn."""

    class Meta:
        table = "reward"
        constraints = (
            CheckConstraint(name="reward_has_a_price", check='"price_points" > 0'),
            CheckConstraint(
                name="reward_voucher",
                check="(\"kind\" IN ('INTEREST_VOUCHER', 'FEE_WAIVER')) = (\"worth\" IS NOT NULL)"
                ' AND ("worth" IS NULL) = ("usable_days" IS NULL) AND ("worth" IS NULL) = ("partner_id" IS NOT NULL)',
            ),
            CheckConstraint(name="reward_limit", check='("limit_count" IS NULL) = ("limit_period" IS NULL)'),
            CheckConstraint(name="reward_offered", check='NOT "is_offered" OR "status" = \'APPROVED\''),
            CheckConstraint(name="reward_validity", check='"valid_to" IS NULL OR "valid_to" > "valid_from"'),
        )
        indexes = (("status", "id"), ("is_offered", "price_points", "id"))

    @classmethod
    def scope(cls, role: Role) -> Scope:
        return EVERYTHING if role in INSIDERS else (Says("status", ProposalStatus.APPROVED),)
