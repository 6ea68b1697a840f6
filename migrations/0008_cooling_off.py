"""A loan can be undone for some days after its payout, as its product says."""

from tortoise import migrations

from models.database.operations import AddColumn, not_negative
from models.fields import NumberField


class Migration(migrations.Migration):
    dependencies = [("models", "0007_books")]

    operations = [
        AddColumn(
            "ProductVersion",
            "cooling_off_days",
            NumberField(default=0, db_default=0),
            *not_negative("product_version", "cooling_off_days"),
        ),
    ]
