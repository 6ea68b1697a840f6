"""Who asked for help, how often somebody was spoken to about whichever loan, and at which rate costs were disclosed."""

from tortoise import migrations
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

from models.database.operations import AddColumn, key, not_negative
from models.fields import RateField


class Migration(migrations.Migration):
    dependencies = [("models", "0016_refunds")]

    operations = [
        AddColumn("HardshipRequest", "asked_by", key("Customer", "asked_by_id", null=True)),
        ops.RunSQL("UPDATE hardship_request SET asked_by_id = customer_id"),
        AddColumn(
            "CostDisclosure", "annual_rate", RateField(null=True), *not_negative("cost_disclosure", "annual_rate")
        ),
        ops.AddIndex("HardshipRequest", Index(fields=["asked_by_id", "id"])),
        ops.AddIndex("Contact", Index(fields=["callee_id", "contacted_on", "id"])),
    ]
