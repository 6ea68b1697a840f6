"""Discounts on the contract rate: what products allow, what one customer is given, and what a loan was signed with."""

from datetime import date
from decimal import Decimal
from typing import ClassVar

from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint

from models.base import LoanOwned, Owned, StaffOnly
from models.fields import DateField, MoneyField, NumberField, RateField, TextField, reference
from models.products.proposals import Proposed
from rules.people.access import AUDITORS, C1, IN_CHARGE, PAYERS, PartyRole, Role


class RateDiscountPolicy(StaffOnly, Proposed):
    """That a product's loans can be cheaper than its rate, and how far; without one there is no discount."""

    seen_by: ClassVar[frozenset[Role]] = IN_CHARGE | AUDITORS

    product = reference("Product")
    product_id: int
    valid_from = fields.DateField()
    ends_on: date | None = fields.DateField(null=True)
    """The last day on which it holds; null: until another one begins."""
    floor = RateField()
    """No discount goes below this rate."""
    currency = TextField(3)
    """The product's."""
    budget: Decimal | None = MoneyField(null=True)
    """Once so much interest is forgone on the loans that were signed with it there are no more; null: no bound."""
    raises_at_repricing = fields.BooleanField(default=False)
    """Whether a loan with a floating rate gets today's discount on a day of repricing, where that is more than its own."""

    class Meta:
        table = "rate_discount_policy"
        constraints = (
            CheckConstraint(name="rate_discount_policy_validity", check='"ends_on" >= "valid_from"'),
            UniqueConstraint(
                name="rate_discount_policy_one_from",
                fields=("product_id", "valid_from"),
                condition="\"status\" = 'APPROVED'",
            ),
        )
        indexes = (("product_id", "status", "valid_from"), ("status", "id"))


class RateDiscount(Owned, Proposed):
    """A discount for one customer, given by hand: proposed by one manager, approved by another."""

    customer_may_see: ClassVar[bool] = False

    basis_points = NumberField(tier=C1)
    reason = TextField(500, tier=C1)
    """Why, for whoever decides."""
    ends_on = DateField()
    """The last day on which a loan can begin with it."""

    class Meta:
        table = "rate_discount"
        constraints = (
            CheckConstraint(name="rate_discount_is_something", check='"basis_points" > 0'),
            UniqueConstraint(
                name="rate_discount_one_waits", fields=("customer_id",), condition="\"status\" = 'PROPOSED'"
            ),
        )
        indexes = (("customer_id", "status", "ends_on"), ("status", "id"))


class ApplicationDiscount(Owned):
    """The discount that a customer was shown for an application: he gets it, or a larger one."""

    application = reference("Application", unique=True)
    application_id: int
    basis_points = NumberField(tier=C1)
    floor = RateField(tier=C1)
    policy = reference("RateDiscountPolicy")
    policy_id: int
    tier = reference("Tier", null=True)
    tier_id: int | None
    rate_discount = reference("RateDiscount", null=True)
    rate_discount_id: int | None

    class Meta:
        table = "application_discount"
        constraints = (
            CheckConstraint(
                name="application_discount_from_one", check='("tier_id" IS NULL) <> ("rate_discount_id" IS NULL)'
            ),
        )


class LoanDiscount(LoanOwned):
    """What comes off a loan's rate from a day on: as signed, and more where a policy raises it at repricing."""

    is_append_only: ClassVar[bool] = True
    seen_by: ClassVar[frozenset[PartyRole]] = PAYERS

    valid_from = DateField()
    basis_points = NumberField(tier=C1)
    floor = RateField(tier=C1)
    policy = reference("RateDiscountPolicy")
    policy_id: int
    tier = reference("Tier", null=True)
    tier_id: int | None
    rate_discount = reference("RateDiscount", null=True)
    rate_discount_id: int | None
    is_signed = fields.BooleanField()
    """Whether the loan was signed with it."""
    currency = TextField(3, tier=C1)
    forgone = MoneyField(tier=C1)
    """The interest that its schedule asks for less, as signed; nothing for what was raised later."""

    class Meta:
        table = "loan_discount"
        unique_together = (("loan_id", "valid_from"),)
        constraints = (
            CheckConstraint(name="loan_discount_is_something", check='"basis_points" > 0'),
            CheckConstraint(name="loan_discount_from_one", check='("tier_id" IS NULL) <> ("rate_discount_id" IS NULL)'),
            UniqueConstraint(name="loan_discount_one_signed", fields=("loan_id",), condition='"is_signed"'),
        )
        indexes = (("policy_id", "id"), ("customer_id", "id"))
