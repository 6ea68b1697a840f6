"""Refresh tokens, the second factor of staff, and the device a session is bound to."""

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index
from tortoise.migrations import operations as ops
from tortoise.migrations.constraints import CheckConstraint

from models.database.operations import CreateTable
from models.database.unit import unit_now
from models.fields import EncryptedField, NumberField, TextField


class Migration(migrations.Migration):
    dependencies = [("models", "0001_initial")]

    operations = [
        CreateTable(
            name="RefreshToken",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("created_at", fields.DatetimeField(default=unit_now, auto_now=False, auto_now_add=False)),
                (
                    "session",
                    fields.ForeignKeyField(
                        "models.Session",
                        source_field="session_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("token_hash", TextField(unique=True, max_length=64)),
                ("used_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "refresh_token",
                "app": "models",
                "indexes": [Index(fields=["session_id"])],
                "pk_attr": "id",
            },
            bases=["Internal"],
        ),
        CreateTable(
            name="StaffTotp",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("created_at", fields.DatetimeField(default=unit_now, auto_now=False, auto_now_add=False)),
                (
                    "staff",
                    fields.OneToOneField(
                        "models.Staff",
                        source_field="staff_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("secret", EncryptedField()),
                ("confirmed_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("last_step", NumberField(default=0)),
            ],
            options={
                "table": "staff_totp",
                "app": "models",
                "constraints": [CheckConstraint(check='"last_step" >= 0', name="staff_totp_last_step_not_negative")],
                "pk_attr": "id",
            },
            bases=["Internal"],
        ),
        ops.AddField(model_name="Session", name="device_index", field=TextField(null=True, max_length=64)),
        ops.AddField(model_name="Session", name="device_name", field=TextField(null=True, max_length=100)),
    ]
