"""Where a customer's money goes."""

from datetime import datetime

from tortoise import fields

from models.base import Owned
from models.fields import BlindIndexField, EncryptedField, MaskField, TextField
from rules.people.access import C1, C3
from rules.people.bank_accounts import AccountStatus
from rules.people.masks import six_and_four


class BankAccount(Owned):
    """A customer's own account or card, to which a loan is paid out."""

    bank = TextField(100, tier=C1)
    number = EncryptedField(tier=C3)
    number_mask = MaskField("number", six_and_four)
    number_index = BlindIndexField("number")
    status = fields.CharEnumField(
        AccountStatus, max_length=12, default=AccountStatus.UNVERIFIED, db_default=AccountStatus.UNVERIFIED
    )
    verified_at: datetime | None = fields.DatetimeField(null=True)
    """When it was last said in whose name it is."""

    class Meta:
        table = "bank_account"
        unique_together = (("customer_id", "number_index"),)
