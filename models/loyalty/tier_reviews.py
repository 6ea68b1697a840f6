"""Looking at levels, written in SQL: whom there is something to look at for, how they stand, and what comes of it.

`resolvers.loyalty.tier_reviews` decides in between. Texts are for both databases: see `models.database.handwritten`.
Whoever changes a customer's level has locked his points account first.
"""

from models.database.handwritten import Rows, Statement
from rules.loyalty.tiers import SUSPENDED_AFTER_DAYS

KINDS = {
    **dict.fromkeys(("batch", "after"), "bigint"),
    **dict.fromkeys(("today", "since"), "date"),
    "now": "timestamptz",
    "name": "text",
}
"""Every value that the statements name."""

CHOSEN = Rows("chosen", (("customer_id", "bigint"),))
COUNTED = Rows("counted", (("customer_id", "bigint"), ("since", "date"), ("lasting_since", "date")))
BEGUN = Rows(
    "begun",
    (
        *(("customer_id", "bigint"), ("tier_id", "bigint"), ("reason", "text"), ("qualifying_points", "bigint")),
        *(("valid_to", "date"), ("look_on", "date")),
    ),
)
KEPT = Rows("kept", (("customer_id", "bigint"), ("valid_to", "date"), ("look_on", "date")))
CHANGED = Rows("changed", (("customer_id", "bigint"), ("tier_id", "bigint"), ("perks_suspended_on", "date")))

DUE = Statement(
    "due",
    f"""
    SELECT points_entry.customer_id FROM points_entry
    WHERE points_entry.booked_on >= :since AND (points_entry.qualifying > 0 OR points_entry.kind = 'ACTIVATED')
    UNION SELECT tier_membership.customer_id FROM tier_membership WHERE tier_membership.look_on <= :today
    UNION SELECT loan.customer_id FROM loan
    WHERE loan.days_past_due > {SUSPENDED_AFTER_DAYS} AND NOT EXISTS (
      SELECT 1 FROM points_account
      WHERE points_account.customer_id = loan.customer_id AND points_account.perks_suspended_on IS NOT NULL)
    UNION SELECT points_account.customer_id FROM points_account WHERE points_account.perks_suspended_on IS NOT NULL
    ORDER BY customer_id
    """,  # noqa: S608  A number of ours.
    KINDS,
)
"""All customers who have earned something lately, whose year comes to its end, or who are late or were: their ids alone."""
EARNED = Statement(
    "earned",
    """
    SELECT points_entry.id, points_entry.customer_id, points_entry.created_at FROM points_entry
    WHERE points_entry.id > COALESCE((SELECT tier_look.entry_number FROM tier_look WHERE tier_look.name = :name), 0)
      AND points_entry.id > :after
    ORDER BY points_entry.id LIMIT :batch
    """,
    KINDS,
)
"""The next entries that were written since the last look."""
HOLDERS = Statement(
    "holder",
    """
    SELECT points_account.customer_id, points_account.tier_id, points_account.perks_suspended_on,
      tier_membership.valid_from, tier_membership.valid_to, tier_membership.look_on,
      EXISTS (SELECT 1 FROM hardship_request JOIN loan ON loan.id = hardship_request.loan_id
              WHERE hardship_request.customer_id = points_account.customer_id
                AND hardship_request.status = 'AGREED' AND loan.is_open) AS in_help,
      COALESCE((SELECT MAX(loan.days_past_due) FROM loan
                WHERE loan.customer_id = points_account.customer_id), 0) AS days_past_due,
      CASE WHEN points_account.perks_suspended_on IS NULL THEN 0 ELSE (
        SELECT COUNT(*) FROM loan JOIN installment ON installment.loan_id = loan.id
        WHERE loan.customer_id = points_account.customer_id
          AND installment.due_on BETWEEN points_account.perks_suspended_on AND :today
          AND installment.paid_on <= installment.due_on) END AS paid_in_time
    FROM points_account LEFT JOIN tier_membership
      ON tier_membership.customer_id = points_account.customer_id AND tier_membership.ended_on IS NULL
    WHERE points_account.customer_id IN (SELECT chosen.customer_id FROM {chosen})
    ORDER BY points_account.customer_id
    """,
    KINDS,
    (CHOSEN,),
)
"""How customers stand, but for their points."""
COUNTS = Statement(
    "count",
    """
    SELECT counted.customer_id,
      CAST(SUM(CASE WHEN COALESCE(origin.booked_on, entry.booked_on) >= counted.since
                    THEN entry.qualifying ELSE 0 END) AS BIGINT) AS qualifying,
      CAST(SUM(CASE WHEN COALESCE(origin.booked_on, entry.booked_on) >= counted.lasting_since
                    THEN entry.qualifying ELSE 0 END) AS BIGINT) AS lasting
    FROM {counted} JOIN points_entry AS entry ON entry.customer_id = counted.customer_id
    LEFT JOIN points_posting ON points_posting.entry_id = entry.id AND points_posting.lot_id IS NOT NULL
      AND entry.kind = 'TAKEN_BACK'
    LEFT JOIN point_lot ON point_lot.id = points_posting.lot_id
    LEFT JOIN points_entry AS origin ON origin.id = point_lot.entry_id
    LEFT JOIN point_lot AS own ON own.entry_id = entry.id
    WHERE entry.qualifying <> 0 AND entry.booked_on >= counted.since AND COALESCE(own.state, 'OPEN') <> 'PENDING'
    GROUP BY counted.customer_id
    """,
    KINDS,
    (COUNTED,),
)
"""Their points in the window, and those that still count on a later day.

What may still bounce does not count yet; what was taken back counts on the day it was given.
"""

END = Statement(
    "ended",
    """
    UPDATE tier_membership SET ended_on = :today, look_on = NULL
    WHERE ended_on IS NULL AND customer_id IN (SELECT begun.customer_id FROM {begun})
    """,
    KINDS,
    (BEGUN,),
)
BEGIN = Statement(
    "tier_membership",
    """
    INSERT INTO tier_membership (created_at, customer_id, tier_id, reason, qualifying_points, valid_from, valid_to,
                                 look_on, ended_on)
    SELECT :now, begun.customer_id, begun.tier_id, begun.reason, begun.qualifying_points, :today, begun.valid_to,
           begun.look_on, NULL
    FROM {begun}
    """,
    KINDS,
    (BEGUN,),
)
KEEP = Statement(
    "kept_membership",
    """
    UPDATE tier_membership SET valid_to = kept.valid_to, look_on = kept.look_on FROM {kept}
    WHERE tier_membership.customer_id = kept.customer_id AND tier_membership.ended_on IS NULL
    """,
    KINDS,
    (KEPT,),
)
CHANGE = Statement(
    "points_account",
    """
    UPDATE points_account SET tier_id = changed.tier_id, perks_suspended_on = changed.perks_suspended_on FROM {changed}
    WHERE points_account.customer_id = changed.customer_id
    """,
    KINDS,
    (CHANGED,),
)
LOOKED = Statement(
    "tier_look",
    """
    INSERT INTO tier_look (created_at, name, entry_number) VALUES (:now, :name, :after)
    ON CONFLICT (name) DO UPDATE SET entry_number = excluded.entry_number
    WHERE excluded.entry_number > tier_look.entry_number
    """,
    KINDS,
)
