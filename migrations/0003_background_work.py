"""Who leads the background work, and when each task of it was last done."""

from tortoise import fields, migrations

from models.database.operations import CreateTable
from models.database.unit import unit_now
from models.fields import TextField


class Migration(migrations.Migration):
    dependencies = [("models", "0002_sign_in_completed")]

    operations = [
        CreateTable(
            name="Lease",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("created_at", fields.DatetimeField(default=unit_now, auto_now=False, auto_now_add=False)),
                ("name", TextField(unique=True, max_length=40)),
                ("holder", TextField(max_length=100)),
                ("until", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={"table": "lease", "app": "models", "pk_attr": "id"},
            bases=["Internal"],
        ),
        CreateTable(
            name="Heartbeat",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("created_at", fields.DatetimeField(default=unit_now, auto_now=False, auto_now_add=False)),
                ("name", TextField(unique=True, max_length=40)),
                ("worker", TextField(max_length=100)),
                ("at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={"table": "heartbeat", "app": "models", "pk_attr": "id"},
            bases=["Internal"],
        ),
    ]
