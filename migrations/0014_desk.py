"""Who belongs together, and whose files not everybody sees."""

from tortoise import fields, migrations
from tortoise.indexes import Index
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint

from models.database.operations import AddColumn, CreateTable, key
from models.database.unit import unit_now
from models.fields import TextField
from rules.people.relationships import RelationshipKind


class Migration(migrations.Migration):
    dependencies = [("models", "0013_documents")]

    operations = [
        AddColumn("Customer", "is_restricted", fields.BooleanField(default=False, db_default=False)),
        CreateTable(
            name="AccessGrant",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("created_at", fields.DatetimeField(default=unit_now, auto_now=False, auto_now_add=False)),
                ("customer", key("Customer", "customer_id")),
                ("staff", key("Staff", "staff_id")),
                ("last_day", fields.DateField()),
                ("reason", TextField(max_length=500)),
                ("granted_by", key("Staff", "granted_by_id")),
                ("is_active", fields.BooleanField(default=True, db_default=True)),
            ],
            options={
                "table": "access_grant",
                "app": "models",
                "constraints": [
                    UniqueConstraint(
                        name="access_grant_once", fields=("customer_id", "staff_id"), condition='"is_active"'
                    ),
                ],
                "indexes": [Index(fields=["customer_id", "id"]), Index(fields=["is_active", "last_day", "id"])],
                "pk_attr": "id",
            },
            bases=["StaffOnly"],
        ),
        CreateTable(
            name="Relationship",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("created_at", fields.DatetimeField(default=unit_now, auto_now=False, auto_now_add=False)),
                ("customer", key("Customer", "customer_id")),
                ("relative", key("Customer", "relative_id")),
                ("kind", fields.CharEnumField(description="", enum_type=RelationshipKind, max_length=8)),
                ("saved_by", key("Staff", "saved_by_id")),
                ("is_active", fields.BooleanField(default=True, db_default=True)),
            ],
            options={
                "table": "relationship",
                "app": "models",
                "constraints": [
                    CheckConstraint(check='"customer_id" <> "relative_id"', name="relationship_of_two"),
                    UniqueConstraint(
                        name="relationship_once",
                        fields=("customer_id", "relative_id", "kind"),
                        condition='"is_active"',
                    ),
                ],
                "indexes": [Index(fields=["customer_id", "id"])],
                "pk_attr": "id",
            },
            bases=["Owned"],
        ),
    ]
