"""Papers that belong to an application."""

from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint

from models.base import Owned
from models.fields import TextField, reference
from rules.documents.requests import PaperKind, RequestStatus
from rules.people.access import C1


class DocumentRequest(Owned):
    """A paper that somebody in charge asks for."""

    application = reference("Application")
    application_id: int
    kind = fields.CharEnumField(PaperKind, max_length=20)
    reason = TextField(500, tier=C1)
    """What it is needed for, in words for the customer."""
    staff = reference("Staff")
    staff_id: int
    status = fields.CharEnumField(RequestStatus, max_length=9)

    class Meta:
        table = "document_request"
        indexes = (("application_id", "id"), ("customer_id", "id"))


class Document(Owned):
    """A paper that was handed in."""

    request = reference("DocumentRequest")
    request_id: int
    upload = reference("Upload", unique=True)
    upload_id: int
    reviewed_by = reference("Staff", null=True)
    reviewed_by_id: int | None
    """Null while nobody has looked at it."""
    refused_because: str | None = TextField(500, tier=C1, null=True)  # type: ignore[assignment]
    """In words for the customer; null unless it was refused."""

    class Meta:
        table = "document"
        constraints = (
            CheckConstraint(
                name="document_refused_by_somebody", check='"refused_because" IS NULL OR "reviewed_by_id" IS NOT NULL'
            ),
        )
        indexes = (("request_id", "id"), ("customer_id", "id"), ("customer_id", "created_at", "id"))
