"""Files that are uploaded, papers that are asked for, and documents that we make."""

from tortoise import fields, migrations
from tortoise.indexes import Index
from tortoise.migrations.constraints import CheckConstraint

from models.database.operations import CreateTable, key, not_negative, only_key
from models.database.unit import unit_now
from models.fields import NumberField, TextField
from rules.documents.papers import PaperStatus, PaperType
from rules.documents.requests import PaperKind, RequestStatus
from rules.documents.uploads import FileType, UploadPurpose, UploadStatus
from rules.people.kinds import Locale


class Migration(migrations.Migration):
    dependencies = [("models", "0012_collections")]

    operations = [
        CreateTable(
            name="Upload",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("created_at", fields.DatetimeField(default=unit_now, auto_now=False, auto_now_add=False)),
                ("customer", key("Customer", "customer_id")),
                ("purpose", fields.CharEnumField(description="", enum_type=UploadPurpose, max_length=10)),
                ("size", NumberField()),
                ("sha256", TextField(max_length=64)),
                ("status", fields.CharEnumField(description="", enum_type=UploadStatus, max_length=6)),
                ("expires_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("file_type", fields.CharEnumField(description="", enum_type=FileType, max_length=20, null=True)),
                ("file_key", TextField(max_length=32, null=True)),
                ("stored_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "upload",
                "app": "models",
                "constraints": [
                    CheckConstraint(check='("status" = \'OPEN\') = ("stored_at" IS NULL)', name="upload_stored"),
                    CheckConstraint(check='("file_type" IS NULL) = ("stored_at" IS NULL)', name="upload_typed"),
                    CheckConstraint(check='"status" <> \'USED\' OR "file_key" IS NOT NULL', name="upload_used_is_kept"),
                    *not_negative("upload", "size"),
                ],
                "indexes": [
                    Index(fields=["customer_id", "id"]),
                    Index(fields=["customer_id", "status", "id"]),
                    Index(fields=["status", "expires_at", "id"]),
                ],
                "pk_attr": "id",
            },
            bases=["Owned"],
        ),
        CreateTable(
            name="DocumentRequest",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("created_at", fields.DatetimeField(default=unit_now, auto_now=False, auto_now_add=False)),
                ("customer", key("Customer", "customer_id")),
                ("application", key("Application", "application_id")),
                ("kind", fields.CharEnumField(description="", enum_type=PaperKind, max_length=20)),
                ("reason", TextField(max_length=500)),
                ("staff", key("Staff", "staff_id")),
                ("status", fields.CharEnumField(description="", enum_type=RequestStatus, max_length=9)),
            ],
            options={
                "table": "document_request",
                "app": "models",
                "indexes": [Index(fields=["application_id", "id"]), Index(fields=["customer_id", "id"])],
                "pk_attr": "id",
            },
            bases=["Owned"],
        ),
        CreateTable(
            name="Document",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("created_at", fields.DatetimeField(default=unit_now, auto_now=False, auto_now_add=False)),
                ("customer", key("Customer", "customer_id")),
                ("request", key("DocumentRequest", "request_id")),
                ("upload", only_key("Upload", "upload_id")),
                ("reviewed_by", key("Staff", "reviewed_by_id", null=True)),
                ("refused_because", TextField(max_length=500, null=True)),
            ],
            options={
                "table": "document",
                "app": "models",
                "constraints": [
                    CheckConstraint(
                        check='"refused_because" IS NULL OR "reviewed_by_id" IS NOT NULL',
                        name="document_refused_by_somebody",
                    ),
                ],
                "indexes": [Index(fields=["request_id", "id"]), Index(fields=["customer_id", "id"])],
                "pk_attr": "id",
            },
            bases=["Owned"],
        ),
        CreateTable(
            name="Paper",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("created_at", fields.DatetimeField(default=unit_now, auto_now=False, auto_now_add=False)),
                ("customer", key("Customer", "customer_id")),
                ("loan", key("Loan", "loan_id")),
                ("type", fields.CharEnumField(description="", enum_type=PaperType, max_length=20)),
                ("year", NumberField(null=True)),
                ("locale", fields.CharEnumField(description="", enum_type=Locale, max_length=5)),
                ("status", fields.CharEnumField(description="", enum_type=PaperStatus, max_length=6)),
                ("file_key", TextField(max_length=32, null=True)),
                ("size", NumberField(null=True)),
                ("sha256", TextField(max_length=64, null=True)),
            ],
            options={
                "table": "paper",
                "app": "models",
                "constraints": [
                    CheckConstraint(
                        check='("status" = \'READY\') = ("file_key" IS NOT NULL)'
                        ' AND ("file_key" IS NULL) = ("size" IS NULL) AND ("file_key" IS NULL) = ("sha256" IS NULL)',
                        name="paper_ready",
                    ),
                    CheckConstraint(
                        check='("type" = \'INTEREST_CERTIFICATE\') = ("year" IS NOT NULL)', name="paper_year"
                    ),
                    *not_negative("paper", "year", "size"),
                ],
                "indexes": [
                    Index(fields=["loan_id", "id"]),
                    Index(fields=["customer_id", "id"]),
                    Index(fields=["status", "id"]),
                ],
                "pk_attr": "id",
            },
            bases=["LoanOwned"],
        ),
    ]
