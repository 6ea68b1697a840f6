"""Partners who hand rewards out, and what they told us."""

from typing import ClassVar

from tortoise import fields

from models.base import Internal, StaffOnly
from models.fields import EncryptedField, LongTextField, TextField, reference
from rules.loyalty.partners import PartnerResult
from rules.people.access import ADMINS, AUDITORS, C3, MANAGERS, Role


class Partner(StaffOnly):
    """Somebody who hands rewards out, and says so by signed words."""

    seen_by: ClassVar[frozenset[Role]] = MANAGERS | ADMINS | AUDITORS | {Role.MARKETER}

    name = TextField(100, unique=True)
    secret = EncryptedField(tier=C3)
    """What he signs with."""

    class Meta:
        table = "partner"


class PartnerEvent(Internal):
    """What a partner told us, as it came; the same word twice is one row."""

    is_append_only: ClassVar[bool] = True

    partner = reference("Partner")
    partner_id: int
    event_reference = TextField(64)
    """The partner's own name for it."""
    body = LongTextField()
    redemption = reference("Redemption", null=True)
    redemption_id: int | None
    """The order it is about; null where it is about none."""
    result = fields.CharEnumField(PartnerResult, max_length=12)

    class Meta:
        table = "partner_event"
        unique_together = (("partner_id", "event_reference"),)
        indexes = (("redemption_id",),)
