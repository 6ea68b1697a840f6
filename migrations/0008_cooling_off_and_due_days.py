"""As its product says, a loan can be undone for some days after its payout, and its customer chooses the due day."""

from tortoise import fields, migrations

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
        AddColumn("ProductVersion", "due_day_is_chosen", fields.BooleanField(default=False, db_default=False)),
        AddColumn("Offer", "due_day", NumberField(null=True), *not_negative("offer", "due_day")),
        AddColumn("Loan", "due_day", NumberField(null=True), *not_negative("loan", "due_day")),
    ]
