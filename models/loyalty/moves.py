"""Moving points, written in SQL: the entries, postings and lots of many movements at once, and what they leave.

`resolvers.loyalty.moves` makes the rows. Texts are for both databases: see `models.database.handwritten`. Whoever
moves a customer's points has locked his account first.
"""

from models.database.handwritten import Rows, Statement

KINDS = {"now": "timestamptz", "today": "date", "repayment_id": "bigint", "batch": "bigint", "after": "bigint"}
"""Every value that the statements name."""

MOVED = Rows(
    "moved",
    (
        *(("source", "text"), ("customer_id", "bigint"), ("kind", "text"), ("points", "bigint")),
        *(("spendable", "bigint"), ("pending", "bigint"), ("qualifying", "bigint")),
        *(("act", "text"), ("rule_id", "bigint"), ("loan_id", "bigint"), ("installment_number", "bigint")),
    ),
)
NEW_LOTS = Rows(
    "new_lots",
    (
        ("source", "text"),
        ("points", "bigint"),
        ("state", "text"),
        ("activates_on", "date"),
        ("expires_on", "date"),
        ("is_returned", "boolean"),
    ),
)
SIDES = Rows("sides", (("source", "text"), ("side", "text"), ("lot_id", "bigint"), ("points", "bigint")))
LOT_CHANGES = Rows(
    "lot_changes",
    (*(("lot_id", "bigint"), ("remaining", "bigint"), ("expired", "bigint"), ("is_pending", "boolean")),),
)

ENTRIES = Statement(
    "points_entry",
    """
    INSERT INTO points_entry (created_at, customer_id, kind, points, spendable, pending, qualifying, source, act, rule_id,
                              repayment_id, loan_id, installment_number, booked_on)
    SELECT :now, moved.customer_id, moved.kind, moved.points, moved.spendable, moved.pending, moved.qualifying,
           moved.source, moved.act, moved.rule_id, CASE WHEN moved.loan_id IS NULL THEN NULL ELSE :repayment_id END,
           moved.loan_id, moved.installment_number, :today
    FROM {moved}
    RETURNING id, source, customer_id, points
    """,
    KINDS,
    (MOVED,),
)
LOTS = Statement(
    "point_lot",
    """
    INSERT INTO point_lot (created_at, customer_id, entry_id, state, earned, remaining, expired, activates_on, expires_on,
                           owed_since, is_returned)
    SELECT :now, points_entry.customer_id, points_entry.id, new_lots.state, new_lots.points, new_lots.points, 0,
           new_lots.activates_on, new_lots.expires_on, NULL, new_lots.is_returned
    FROM {new_lots} JOIN points_entry ON points_entry.source = new_lots.source
    RETURNING id, entry_id
    """,
    KINDS,
    (NEW_LOTS,),
)
_POSTED = """
    INSERT INTO points_posting (created_at, customer_id, entry_id, side, lot_id, points)
    SELECT :now, points_entry.customer_id, points_entry.id, sides.side, {lot_id}, sides.points
    FROM {{sides}} JOIN points_entry ON points_entry.source = sides.source
"""
POSTINGS = Statement("points_posting", _POSTED.format(lot_id="sides.lot_id"), KINDS, (SIDES,))
"""Into lots that were there."""
POSTINGS_WITH_LOTS = Statement(
    "points_posting",
    f"""
    {_POSTED.format(lot_id="CASE sides.side WHEN 'ISSUED' THEN NULL ELSE COALESCE(sides.lot_id, point_lot.id) END")}
    LEFT JOIN point_lot ON point_lot.entry_id = points_entry.id
    """,
    KINDS,
    (SIDES,),
)
"""Also into those that are just being made."""
LOTS_CHANGED = Statement(
    "lot_changed",
    """
    UPDATE point_lot SET
      remaining = point_lot.remaining + lot_changes.remaining,
      expired = point_lot.expired + lot_changes.expired,
      state = CASE WHEN point_lot.remaining + lot_changes.remaining < 0 THEN 'OWED'
                   WHEN point_lot.remaining + lot_changes.remaining = 0 THEN 'EMPTY'
                   WHEN lot_changes.is_pending THEN 'PENDING' ELSE 'OPEN' END,
      owed_since = CASE WHEN point_lot.remaining + lot_changes.remaining < 0
                        THEN COALESCE(point_lot.owed_since, :today) ELSE NULL END
    FROM {lot_changes} WHERE point_lot.id = lot_changes.lot_id
    """,
    KINDS,
    (LOT_CHANGES,),
)
ACCOUNTS = Statement(
    "points_account",
    """
    UPDATE points_account SET balance = points_account.balance + sums.spendable, pending = points_account.pending + sums.pending
    FROM (SELECT moved.customer_id, CAST(SUM(moved.spendable) AS BIGINT) AS spendable,
                 CAST(SUM(moved.pending) AS BIGINT) AS pending FROM {moved} GROUP BY moved.customer_id) AS sums
    WHERE points_account.customer_id = sums.customer_id
    """,
    KINDS,
    (MOVED,),
)

CHOSEN = Rows("chosen", (("customer_id", "bigint"),))
LOCK_ACCOUNTS = Statement(
    "points_account",
    """
    SELECT points_account.customer_id, points_account.balance FROM points_account
    WHERE points_account.customer_id IN (SELECT chosen.customer_id FROM {chosen})
    ORDER BY points_account.customer_id {lock}
    """,
    KINDS,
    (CHOSEN,),
)
"""The accounts of some customers, locked one after the other."""
LOTS_OF = Statement(
    "point_lot",
    """
    SELECT point_lot.* FROM point_lot
    WHERE point_lot.customer_id IN (SELECT chosen.customer_id FROM {chosen}) AND point_lot.state <> 'EMPTY'
    ORDER BY point_lot.expires_on, point_lot.id
    """,
    KINDS,
    (CHOSEN,),
)
"""Their lots of which something is left or owed, read once they are locked."""


def _waiting(state: str, column: str, condition: str) -> Statement:
    return Statement(
        "point_lot",
        f"""
        SELECT point_lot.customer_id, point_lot.{column} AS "on" FROM point_lot
        WHERE point_lot.state = '{state}' AND point_lot.{column} {condition}
          AND (point_lot.{column}, point_lot.customer_id) > (:after_on, :after)
        ORDER BY point_lot.{column}, point_lot.customer_id LIMIT :batch
        """,  # noqa: S608  Names of ours.
        {**KINDS, "until": "date", "after_on": "date"},
    )


TO_ACTIVATE = _waiting("PENDING", "activates_on", "<= :today")
"""The owners of the next lots whose points can be spent from now on."""
TO_EXPIRE = _waiting("OPEN", "expires_on", "< :today")
"""The owners of the next lots whose last day is over."""
TO_SETTLE = _waiting(
    "OWED",
    "owed_since",
    """<= :today AND (point_lot.owed_since <= :until OR EXISTS (
            SELECT 1 FROM point_lot AS other WHERE other.customer_id = point_lot.customer_id AND other.state = 'OPEN'))""",
)
"""The owners of the next lots of which something is owed that others can make up for, or has been owed for long."""
EXPIRING = Statement(
    "point_lot",
    """
    SELECT point_lot.customer_id, CAST(SUM(point_lot.remaining) AS BIGINT) AS points FROM point_lot
    WHERE point_lot.state = 'OPEN' AND point_lot.expires_on = :until AND point_lot.customer_id > :after
    GROUP BY point_lot.customer_id ORDER BY point_lot.customer_id LIMIT :batch
    """,
    {**KINDS, "until": "date"},
)
"""The next customers some of whose points expire on a day, and how many."""
