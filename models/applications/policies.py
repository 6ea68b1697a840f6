"""What decides of applications by itself, and what it said of each."""

from datetime import date
from decimal import Decimal
from typing import ClassVar

from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint

from models.base import Owned, StaffOnly
from models.fields import DateField, MoneyField, NumberField, TextField, reference
from models.products.proposals import Proposed
from rules.applications.kinds import DecisionReason
from rules.applications.policies import Fact, PolicyOutcome
from rules.people.access import AUDITORS, C1, IN_CHARGE, Role


class Policy(StaffOnly, Proposed):
    """What of a product's applications is declined, decided by a person, or approved at once; proposed by one, approved by another."""

    seen_by: ClassVar[frozenset[Role]] = IN_CHARGE | AUDITORS

    product = reference("Product")
    product_id: int
    number = NumberField()
    """Counts the policies of a product."""
    currency = TextField(3)
    automatic_up_to = MoneyField()
    price_fact: Fact | None = fields.CharEnumField(Fact, max_length=15, null=True)  # type: ignore[assignment]
    valid_from = fields.DateField()
    """The day from which it holds, until a later one does."""

    class Meta:
        table = "policy"
        unique_together = (("product_id", "number"),)
        indexes = (("status", "id"), ("product_id", "id"))


class PolicyRule(StaffOnly):
    """A rule of a policy; the rules of one are looked at in the order of their numbers."""

    is_append_only: ClassVar[bool] = True
    seen_by: ClassVar[frozenset[Role]] = Policy.seen_by

    policy = reference("Policy")
    policy_id: int
    number = NumberField()
    fact = fields.CharEnumField(Fact, max_length=15)
    minimum: Decimal | None = MoneyField(null=True, may_be_negative=True)
    maximum: Decimal | None = MoneyField(null=True, may_be_negative=True)
    outcome = fields.CharEnumField(PolicyOutcome, max_length=7)
    reason = fields.CharEnumField(DecisionReason, max_length=30)

    class Meta:
        table = "policy_rule"
        unique_together = (("policy_id", "number"),)


class PriceBand(StaffOnly):
    """A band of a policy's prices; the bands of one follow each other in the order of their numbers."""

    is_append_only: ClassVar[bool] = True
    seen_by: ClassVar[frozenset[Role]] = Policy.seen_by

    policy = reference("Policy")
    policy_id: int
    number = NumberField()
    starts_at: Decimal | None = MoneyField(null=True, may_be_negative=True)
    ends_at: Decimal | None = MoneyField(null=True, may_be_negative=True)
    spread_bp = NumberField(may_be_negative=True)

    class Meta:
        table = "price_band"
        unique_together = (("policy_id", "number"),)


class Evaluation(Owned):
    """What was known of an application each time it was handed in, and what the policy of that day said."""

    is_append_only: ClassVar[bool] = True
    customer_may_see: ClassVar[bool] = False

    application = reference("Application")
    application_id: int
    policy = reference("Policy", null=True)
    policy_id: int | None
    """Null where none held."""
    evaluated_on: date = DateField()
    outcome: PolicyOutcome | None = fields.CharEnumField(PolicyOutcome, max_length=7, null=True)  # type: ignore[assignment]
    reason: DecisionReason | None = fields.CharEnumField(DecisionReason, max_length=30, null=True)  # type: ignore[assignment]
    rule_number: int | None = NumberField(tier=C1, null=True)
    spread_bp = NumberField(tier=C1, may_be_negative=True, default=0)

    class Meta:
        table = "evaluation"
        constraints = (
            CheckConstraint(
                name="evaluation_by_policy",
                check='("policy_id" IS NULL) = ("outcome" IS NULL) AND ("outcome" IS NULL) = ("reason" IS NULL)',
            ),
        )
        indexes = (("application_id", "id"), ("evaluated_on", "id"))


class EvaluatedFact(Owned):
    """A fact as it was known then."""

    is_append_only: ClassVar[bool] = True
    customer_may_see: ClassVar[bool] = False

    evaluation = reference("Evaluation")
    evaluation_id: int
    fact = fields.CharEnumField(Fact, max_length=15)
    value = MoneyField(tier=C1, may_be_negative=True)
    """To the hundredth, in the unit of the fact."""

    class Meta:
        table = "evaluated_fact"
        unique_together = (("evaluation_id", "fact"),)
