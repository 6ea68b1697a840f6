"""The whole cost of a loan, as it was shown and acknowledged."""

from datetime import datetime
from decimal import Decimal

from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint

from models.base import Owned
from models.fields import LongTextField, MoneyField, NumberField, RateField, TextField, reference
from rules.applications.kinds import DisclosureStep
from rules.people.access import C1
from rules.people.kinds import Locale


class CostDisclosure(Owned):
    """Every cost and the annualised rate, in the words and figures of that moment; nothing proceeds without it."""

    application = reference("Application")
    application_id: int
    step = fields.CharEnumField(DisclosureStep, max_length=6)
    locale = fields.CharEnumField(Locale, max_length=5)
    text = LongTextField(tier=C1)
    text_hash = TextField(64, tier=C1)
    """SHA-256 of the text, hexadecimal."""
    currency = TextField(3, tier=C1)
    amount = MoneyField(tier=C1)
    total_interest = MoneyField(tier=C1)
    total_fees = MoneyField(tier=C1)
    annual_cost = RateField(tier=C1)
    """Simple annualised cost."""
    annual_rate: Decimal | None = RateField(tier=C1, null=True)
    """The contract rate it was reckoned at; null on those from before that was kept."""
    rate_discount_bp = NumberField(tier=C1, default=0, db_default=0)
    """What came off the product's rate."""
    fee_waiver_percent = NumberField(tier=C1, default=0, db_default=0)
    """How much is waived of the fees asked for as the loan begins."""
    acknowledged_at: datetime | None = fields.DatetimeField(null=True)
    is_current = fields.BooleanField(default=True, db_default=True)
    """False once other costs took its place: it is kept as it was shown."""

    class Meta:
        table = "cost_disclosure"
        constraints = (
            CheckConstraint(name="cost_disclosure_is_of_something", check='"amount" > 0'),
            UniqueConstraint(
                name="cost_disclosure_one_at_a_time", fields=("application_id", "step"), condition='"is_current"'
            ),
        )
        indexes = (("application_id", "id"),)
