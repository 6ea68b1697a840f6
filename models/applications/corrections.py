"""What a customer is asked to correct before his application is looked at again."""

from typing import ClassVar

from models.base import Owned
from models.fields import TextField, reference
from rules.people.access import C1


class Correction(Owned):
    """Why an application was sent back, in words for the customer."""

    is_append_only: ClassVar[bool] = True

    application = reference("Application")
    application_id: int
    staff = reference("Staff")
    staff_id: int
    asked_by = TextField(100, tier=C1)
    """The name the customer reads."""
    reason = TextField(500, tier=C1)

    class Meta:
        table = "correction"
        indexes = (("application_id", "id"), ("customer_id", "id"))
