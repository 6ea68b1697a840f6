"""Credit of a settled loan is sent back to the customer."""

from tortoise import fields, migrations
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint

from models.database.operations import AddColumn, AddPartialUnique, key


class Migration(migrations.Migration):
    dependencies = [("models", "0015_verified_accounts")]

    operations = [
        AddColumn(
            "Payout",
            "is_refund",
            fields.BooleanField(default=False, db_default=False),
            CheckConstraint(name="payout_refunds", check='NOT "is_refund" OR ("change_id" IS NULL AND "settles" = 0)'),
        ),
        AddColumn(
            "LoanEvent",
            "payout",
            key("Payout", "payout_id", null=True),
            CheckConstraint(name="loan_event_refunds", check='("kind" = \'REFUND\') = ("payout_id" IS NOT NULL)'),
        ),
        AddPartialUnique(
            "LoanEvent",
            UniqueConstraint(
                name="loan_event_refunded_once", fields=("payout_id",), condition='"payout_id" IS NOT NULL'
            ),
        ),
    ]
