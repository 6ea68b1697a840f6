"""What acts earn, from when until when."""

from datetime import date, datetime

from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint

from models.base import Public
from models.fields import NumberField, reference
from models.products.products import INSIDERS
from models.scopes import EVERYTHING, Says, Scope
from rules.loyalty.earning import EarningTerms
from rules.loyalty.kinds import Act, CapPeriod
from rules.loyalty.points import LIFETIME_MONTHS, PENDING_DAYS
from rules.people.access import Role
from rules.products.states import ProposalStatus


class EarningRule(Public):
    """What an act earns: proposed by one, approved by another. What is only proposed, or was declined, is for staff."""

    act = fields.CharEnumField(Act, max_length=20)
    points = NumberField()
    at_least: int | None = NumberField(null=True)
    """Of a streak, how many installments; of an early settlement, how many days."""
    pending_days = NumberField(default=PENDING_DAYS)
    lifetime_months = NumberField(default=LIFETIME_MONTHS)
    cap_points: int | None = NumberField(null=True)
    cap_period: CapPeriod | None = fields.CharEnumField(CapPeriod, max_length=5, null=True)  # type: ignore[assignment]
    is_qualifying = fields.BooleanField(default=True)
    valid_from = fields.DateField()
    valid_to: date | None = fields.DateField(null=True)
    """The first day it does not hold any more."""
    status = fields.CharEnumField(ProposalStatus, max_length=8)
    proposed_by = reference("Staff", null=True)
    proposed_by_id: int | None
    """Null where the house came with it."""
    decided_by = reference("Staff", null=True)
    decided_by_id: int | None
    decided_at: datetime | None = fields.DatetimeField(null=True)

    class Meta:
        table = "earning_rule"
        constraints = (
            CheckConstraint(
                name="earning_rule_by_two",
                check='"decided_by_id" <> "proposed_by_id"'
                ' AND ("proposed_by_id" IS NULL OR ("status" = \'PROPOSED\') = ("decided_by_id" IS NULL))',
            ),
            CheckConstraint(name="earning_rule_gives_something", check='"points" > 0'),
            CheckConstraint(
                name="earning_rule_measured",
                check="(\"act\" IN ('STREAK', 'EARLY_SETTLEMENT')) = (\"at_least\" IS NOT NULL)",
            ),
            CheckConstraint(
                name="earning_rule_cap",
                check='("cap_points" IS NULL) = ("cap_period" IS NULL) AND "cap_points" >= "points"',
            ),
            CheckConstraint(name="earning_rule_validity", check='"valid_to" IS NULL OR "valid_to" >= "valid_from"'),
        )
        indexes = (("status", "act", "id"),)

    @classmethod
    def scope(cls, role: Role) -> Scope:
        return EVERYTHING if role in INSIDERS else (Says("status", ProposalStatus.APPROVED),)

    @property
    def terms(self) -> EarningTerms:
        """What it says, as the rules take it."""
        return EarningTerms(
            id=self.id,
            act=self.act,
            points=self.points,
            at_least=self.at_least,
            pending_days=self.pending_days,
            lifetime_months=self.lifetime_months,
            cap_points=self.cap_points,
            cap_period=self.cap_period,
            is_qualifying=self.is_qualifying,
            valid_from=self.valid_from,
            valid_to=self.valid_to,
        )
