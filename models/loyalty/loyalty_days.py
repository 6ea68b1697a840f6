"""Business dates, as far as loyalty is concerned."""

from datetime import date

from tortoise import fields

from models.base import Internal


class LoyaltyDay(Internal):
    """A business date of which everything is done that it brings about for loyalty: it is looked at no more."""

    on: date = fields.DateField(unique=True)

    class Meta:
        table = "loyalty_day"
