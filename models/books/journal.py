"""Many entries at once, written in SQL."""

from models.database.handwritten import Rows, Statement

KINDS = {"now": "timestamptz", "booked_on": "date"}

DRAFTS = Rows("drafts", (("source", "text"),))
SIDES = Rows("sides", (("source", "text"), ("account_id", "bigint"), ("amount", "bigint"), ("currency", "text")))

ENTRIES = Statement(
    "entry",
    """
    INSERT INTO entry (created_at, booked_on, source, customer_number, loan_id)
    SELECT :now, :booked_on, drafts.source, NULL, NULL FROM {drafts}
    RETURNING id, source
    """,
    KINDS,
    (DRAFTS,),
)
POSTINGS = Statement(
    "posting",
    """
    INSERT INTO posting (created_at, entry_id, account_id, amount, currency)
    SELECT :now, entry.id, sides.account_id, sides.amount, sides.currency
    FROM {sides} JOIN entry ON entry.source = sides.source
    """,
    KINDS,
    (SIDES,),
)
