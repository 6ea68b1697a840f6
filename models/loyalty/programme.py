"""What the points of the house came to in a time, written in SQL."""

from models.database.handwritten import Statement

KINDS = {"since": "date", "until": "date"}

MOVED = Statement(
    "moved",
    """
    SELECT points_entry.kind, COUNT(*) AS entries, CAST(SUM(points_entry.points) AS BIGINT) AS points
    FROM points_entry WHERE points_entry.booked_on >= :since AND points_entry.booked_on <= :until
    GROUP BY points_entry.kind
    """,
    KINDS,
)
"""By kind, how many points moved."""
HELD = Statement(
    "held",
    """
    SELECT COUNT(*) AS customers,
           CAST(COALESCE(SUM(CASE WHEN points_account.balance > 0 THEN points_account.balance ELSE 0 END), 0) AS BIGINT)
             AS spendable,
           CAST(COALESCE(SUM(CASE WHEN points_account.balance < 0 THEN -points_account.balance ELSE 0 END), 0) AS BIGINT)
             AS owed,
           CAST(COALESCE(SUM(points_account.pending), 0) AS BIGINT) AS pending
    FROM points_account WHERE points_account.balance <> 0 OR points_account.pending <> 0
    """,
    KINDS,
)
"""What customers hold now."""
ENDED = Statement(
    "ended",
    """
    SELECT CAST(COALESCE(SUM(point_lot.earned), 0) AS BIGINT) AS earned,
           CAST(COALESCE(SUM(point_lot.expired), 0) AS BIGINT) AS expired
    FROM point_lot WHERE point_lot.expires_on >= :since AND point_lot.expires_on <= :until
    """,
    KINDS,
)
"""Of the lots whose last day fell into the time, how much was earned, and how much of it expired."""
LEVELS = Statement(
    "level",
    """
    SELECT tier.id AS tier_id,
      (SELECT COUNT(*) FROM points_account WHERE points_account.tier_id = tier.id) AS members,
      (SELECT COUNT(*) FROM tier_membership WHERE tier_membership.tier_id = tier.id AND tier_membership.reason = 'REACHED'
         AND tier_membership.valid_from >= :since AND tier_membership.valid_from <= :until) AS reached,
      (SELECT COUNT(*) FROM tier_membership WHERE tier_membership.tier_id = tier.id AND tier_membership.reason = 'DROPPED'
         AND tier_membership.valid_from >= :since AND tier_membership.valid_from <= :until) AS dropped
    FROM tier
    """,
    KINDS,
)
"""By level, who has it now, and how many came to it in the time, from below and from above."""
