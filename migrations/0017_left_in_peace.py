"""Who asked for help, and how often somebody was spoken to about whichever loan."""

from tortoise import migrations
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

from models.database.operations import AddColumn, key


class Migration(migrations.Migration):
    dependencies = [("models", "0016_refunds")]

    operations = [
        AddColumn("HardshipRequest", "asked_by", key("Customer", "asked_by_id", null=True)),
        ops.RunSQL("UPDATE hardship_request SET asked_by_id = customer_id"),
        ops.AddIndex("HardshipRequest", Index(fields=["asked_by_id", "id"])),
        ops.AddIndex("Contact", Index(fields=["callee_id", "contacted_on", "id"])),
    ]
