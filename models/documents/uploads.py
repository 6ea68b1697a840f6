"""Files that customers upload; their contents lie encrypted outside the database."""

from datetime import datetime

from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint

from models.base import Owned
from models.fields import NumberField, TextField
from rules.documents.uploads import FileType, UploadPurpose, UploadStatus
from rules.people.access import C1


class Upload(Owned):
    """A place for one file of a customer's, and the file once it is there."""

    purpose = fields.CharEnumField(UploadPurpose, max_length=10)
    size = NumberField(tier=C1)
    """In bytes: as announced, and of what is kept once it is."""
    sha256 = TextField(64, tier=C1)
    """As announced, hexadecimal."""
    status = fields.CharEnumField(UploadStatus, max_length=6)
    expires_at = fields.DatetimeField()
    """Until when the file can be put there."""
    file_type: FileType | None = fields.CharEnumField(FileType, max_length=20, null=True)  # type: ignore[assignment]
    file_key: str | None = TextField(32, tier=C1, null=True)  # type: ignore[assignment]
    """Under which name it is kept; null before it is there, and once it was deleted."""
    stored_at: datetime | None = fields.DatetimeField(null=True)

    class Meta:
        table = "upload"
        constraints = (
            CheckConstraint(name="upload_stored", check='("status" = \'OPEN\') = ("stored_at" IS NULL)'),
            CheckConstraint(name="upload_typed", check='("file_type" IS NULL) = ("stored_at" IS NULL)'),
            CheckConstraint(name="upload_used_is_kept", check='"status" <> \'USED\' OR "file_key" IS NOT NULL'),
        )
        indexes = (("customer_id", "id"), ("customer_id", "status", "id"), ("status", "expires_at", "id"))
