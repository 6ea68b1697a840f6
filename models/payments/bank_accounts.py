"""Where a customer's money goes."""

from models.base import Owned
from models.fields import BlindIndexField, EncryptedField, MaskField, TextField
from rules.people.access import C1, C3
from rules.people.masks import six_and_four


class BankAccount(Owned):
    """A customer's own account or card, to which a loan is paid out."""

    bank = TextField(100, tier=C1)
    number = EncryptedField(tier=C3)
    number_mask = MaskField("number", six_and_four)
    number_index = BlindIndexField("number")

    class Meta:
        table = "bank_account"
        unique_together = (("customer_id", "number_index"),)
