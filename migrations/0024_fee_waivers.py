"""Levels that waive fees, and how much was waived of each loan's; of those that there are, nothing was."""

from tortoise import migrations
from tortoise.migrations.constraints import CheckConstraint

from models.database.operations import AddColumn, key, not_negative
from models.fields import MoneyField, NumberField
from rules.money import ZERO


def percent(model: str, table: str, *checks: CheckConstraint) -> AddColumn:
    """Add how much is waived."""
    return AddColumn(
        model,
        "fee_waiver_percent",
        NumberField(default=0, db_default=0),
        *not_negative(table, "fee_waiver_percent"),
        *checks,
    )


def at_most_all(table: str) -> CheckConstraint:
    """Nobody is paid for borrowing."""
    return CheckConstraint(name=f"{table}_fee_waiver_at_most_all", check='"fee_waiver_percent" <= 100')


class Migration(migrations.Migration):
    dependencies = [("models", "0023_tiers")]

    operations = [
        *(
            percent(model, table, at_most_all(table))
            for model, table in (
                ("Tier", "tier"),
                ("TierLevel", "tier_level"),
                ("Application", "application"),
                ("Offer", "offer"),
                ("Loan", "loan"),
            )
        ),
        percent("Quote", "quote"),
        percent("CostDisclosure", "cost_disclosure"),
        AddColumn(
            "Application",
            "fee_waiver_tier",
            key("Tier", "fee_waiver_tier_id", null=True),
            CheckConstraint(
                name="application_fee_waiver_by_level",
                check='("fee_waiver_tier_id" IS NULL) = ("fee_waiver_percent" = 0)',
            ),
        ),
        AddColumn("Loan", "fees_waived", MoneyField(default=ZERO, db_default=0), *not_negative("loan", "fees_waived")),
    ]
