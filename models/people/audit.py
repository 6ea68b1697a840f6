"""Who did what, to what, and why."""

from typing import ClassVar

from tortoise import fields

from models.base import StaffOnly
from models.fields import NumberField, TextField
from rules.people.access import AUDITORS, Role


class AuditEntry(StaffOnly):
    """Written with every write, reveal and search, in the same transaction."""

    is_append_only: ClassVar[bool] = True
    seen_by: ClassVar[frozenset[Role]] = AUDITORS

    actor = TextField(20)
    """`C12` a customer, `S7` a member of staff, else VISITOR or SYSTEM."""
    role = fields.CharEnumField(Role, max_length=10)
    session_number = NumberField(null=True)
    operation = TextField(60)
    subject = TextField(60)
    """What it was about, such as `Application:45`; empty if nothing in particular."""
    customer_number = NumberField(null=True)
    """Whose rows were touched."""
    reason = TextField(500)
    """As stated by the actor; empty where none is asked."""

    class Meta:
        table = "audit_entry"
        indexes = (("actor", "operation", "created_at"), ("customer_number", "id"), ("operation", "id"))
