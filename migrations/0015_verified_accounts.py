"""In whose name an account is."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops

from models.database.operations import AddColumn
from rules.people.bank_accounts import AccountStatus


class Migration(migrations.Migration):
    dependencies = [("models", "0014_desk")]

    operations = [
        AddColumn(
            "BankAccount",
            "status",
            fields.CharEnumField(
                description="",
                enum_type=AccountStatus,
                max_length=12,
                default=AccountStatus.UNVERIFIED,
                db_default=AccountStatus.UNVERIFIED,
            ),
        ),
        AddColumn("BankAccount", "verified_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
        ops.RunSQL(  # What has reached an account was in its name: the bank would have sent it back.
            """UPDATE bank_account SET status = 'VERIFIED' WHERE EXISTS (
               SELECT 1 FROM payout WHERE payout.bank_account_id = bank_account.id AND payout.status = 'SUCCEEDED')"""
        ),
    ]
