"""What a customer chose and consented to."""

from typing import ClassVar

from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint

from models.base import Owned, Versioned
from models.fields import NumberField, TextField, reference
from rules.notifications.classes import Category, MessageChannel
from rules.notifications.consents import ConsentPurpose, ConsentSource
from rules.people.access import C1
from rules.people.kinds import Locale


class Preference(Owned):
    """Whether a customer wants to be told of a category by a way; where there is none, the default holds."""

    category = fields.CharEnumField(Category, max_length=12)
    channel = fields.CharEnumField(MessageChannel, max_length=5)
    is_on = fields.BooleanField()

    class Meta:
        table = "preference"
        unique_together = (("customer_id", "category", "channel"),)


class NotificationSetting(Owned, Versioned):
    """A customer's own clock and quiet hours; where there is none, the lender's clock and the usual hours hold."""

    customer = reference("Customer", unique=True)
    zone = TextField(64, tier=C1)
    """Of the IANA database, such as Asia/Urumqi."""
    quiet_from = NumberField(tier=C1)
    """The minute of the day."""
    quiet_to = NumberField(tier=C1)

    class Meta:
        table = "notification_setting"
        constraints = (
            CheckConstraint(
                name="notification_setting_minutes",
                check='"quiet_from" < 1440 AND "quiet_to" < 1440 AND "quiet_from" <> "quiet_to"',
            ),
        )


class ConsentEntry(Owned):
    """One word of a customer on a purpose and a channel, yes or no; the last one counts."""

    is_append_only: ClassVar[bool] = True

    purpose = fields.CharEnumField(ConsentPurpose, max_length=9)
    channel = fields.CharEnumField(MessageChannel, max_length=5)
    is_given = fields.BooleanField()
    text_version = TextField(40, tier=C1)
    """The version of the words he was shown, and the first of their SHA-256; empty where he said no."""
    locale = fields.CharEnumField(Locale, max_length=5)
    source = fields.CharEnumField(ConsentSource, max_length=4)
    evidence = TextField(100, tier=C1)
    """By what it can be shown: the session, or the delivery whose link was used."""

    class Meta:
        table = "consent_entry"
        indexes = (("customer_id", "purpose", "channel", "id"), ("customer_id", "created_at", "id"))
