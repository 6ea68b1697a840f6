"""What was asked under which key, and what came of it."""

from models.base import Internal
from models.fields import NumberField, TextField


class IdempotencyKey(Internal):
    """One intention of one actor: the same key again gets the same answer again."""

    actor = TextField(20)
    operation = TextField(60)
    key = TextField(64)
    arguments_hash = TextField(64)
    result_number = NumberField(null=True)
    """The id of the row that came of it; null only while its transaction is open."""

    class Meta:
        table = "idempotency_key"
        unique_together = (("actor", "operation", "key"),)
