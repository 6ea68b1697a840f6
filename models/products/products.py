"""What we lend, on which terms, from when."""

from datetime import date

from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint

from models.base import Public
from models.fields import MoneyField, NumberField, RateField, TextField, reference
from rules.products.kinds import FeeKind, RepaymentMethod


class Product(Public):
    """A loan product; its terms are those of its current version."""

    code = TextField(20, unique=True)
    is_offered = fields.BooleanField(default=True)

    class Meta:
        table = "product"


class ProductVersion(Public):
    """The terms of a product for some time; a loan keeps the version it was signed under."""

    product = reference("Product")
    product_id: int
    number = NumberField()
    name_zh = TextField(100)
    name_en = TextField(100)
    method = fields.CharEnumField(RepaymentMethod, max_length=20)
    annual_rate = RateField()
    currency = TextField(3)
    min_amount = MoneyField()
    max_amount = MoneyField()
    min_term = NumberField()
    """In months, as `max_term`."""
    max_term = NumberField()
    valid_from = fields.DateField()
    valid_to: date | None = fields.DateField(null=True)
    """The first day it no longer holds; null while it does."""
    is_current = fields.BooleanField(default=True)
    """The terms that new applications get: one version of a product at most."""

    class Meta:
        table = "product_version"
        constraints = (
            CheckConstraint(
                name="product_version_limits",
                check='"min_amount" > 0 AND "min_amount" <= "max_amount" AND "min_term" > 0 AND "min_term" <= "max_term"',
            ),
            CheckConstraint(name="product_version_validity", check='"valid_to" IS NULL OR "valid_to" > "valid_from"'),
            UniqueConstraint(name="product_version_one_current", fields=("product_id",), condition='"is_current"'),
        )
        unique_together = (("product_id", "number"),)
        indexes = (("product_id", "is_current", "number"),)


class Fee(Public):
    """A fee of a product version, as a fraction of the amount borrowed."""

    product_version = reference("ProductVersion")
    product_version_id: int
    kind = fields.CharEnumField(FeeKind, max_length=10)
    name_zh = TextField(100)
    name_en = TextField(100)
    rate = RateField()

    class Meta:
        table = "fee"
        unique_together = (("product_version_id", "kind"),)
