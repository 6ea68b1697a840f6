"""Points: the journal against itself, and lots and accounts against the journal."""

from jobs.checks import Check

POINTS = (
    Check(
        "points entry {id}: its postings sum to {points}, not to 0",
        """SELECT entry_id AS id, SUM(points) AS points FROM points_posting GROUP BY entry_id
           HAVING SUM(points) <> 0""",
    ),
    Check(
        "points entry {id}: its postings do not make what it says",
        """SELECT entry.id FROM points_entry AS entry LEFT JOIN (
             SELECT entry_id, SUM(CASE side WHEN 'HELD' THEN points ELSE 0 END) AS held,
                    SUM(CASE side WHEN 'PENDING' THEN points ELSE 0 END) AS pending
             FROM points_posting GROUP BY entry_id) AS sides ON sides.entry_id = entry.id
           WHERE entry.spendable <> COALESCE(sides.held, 0) OR entry.pending <> COALESCE(sides.pending, 0)""",
    ),
    Check(
        "points entry {id} is {kind}, and moved otherwise",
        """SELECT id, kind FROM points_entry WHERE CASE kind
             WHEN 'CAPPED' THEN spendable <> 0 OR pending <> 0
             WHEN 'FILLED' THEN spendable <> 0 OR pending <> 0 OR points < 0
             WHEN 'ACTIVATED' THEN spendable <> points OR pending <> -points
             ELSE spendable + pending <> points END""",
    ),
    Check(
        "points account {id}: the balance is {balance}, pending {pending}; the entries say {held} and {waiting}",
        """SELECT account.id, account.balance, account.pending, COALESCE(sums.held, 0) AS held,
                  COALESCE(sums.waiting, 0) AS waiting FROM points_account AS account LEFT JOIN (
             SELECT customer_id, SUM(spendable) AS held, SUM(pending) AS waiting FROM points_entry
             GROUP BY customer_id) AS sums ON sums.customer_id = account.customer_id
           WHERE account.balance <> COALESCE(sums.held, 0) OR account.pending <> COALESCE(sums.waiting, 0)""",
    ),
    Check(
        "points account {id}: the lots do not sum to its balance, or to what is pending",
        """SELECT account.id FROM points_account AS account LEFT JOIN (
             SELECT customer_id, SUM(CASE state WHEN 'PENDING' THEN 0 ELSE remaining END) AS held,
                    SUM(CASE state WHEN 'PENDING' THEN remaining ELSE 0 END) AS waiting
             FROM point_lot GROUP BY customer_id) AS sums ON sums.customer_id = account.customer_id
           WHERE account.balance <> COALESCE(sums.held, 0) OR account.pending <> COALESCE(sums.waiting, 0)""",
    ),
    Check(
        "point lot {id}: what was earned is not what its entry posted to it",
        """SELECT id FROM point_lot WHERE earned <> COALESCE((
             SELECT SUM(points) FROM points_posting AS posting
             WHERE posting.lot_id = point_lot.id AND posting.entry_id = point_lot.entry_id), 0)""",
    ),
    Check(
        "point lot {id}: {remaining} are left and {expired} expired; the postings say otherwise",
        """SELECT lot.id, lot.remaining, lot.expired FROM point_lot AS lot LEFT JOIN (
             SELECT posting.lot_id, SUM(posting.points) AS remaining,
                    SUM(CASE entry.kind WHEN 'EXPIRED' THEN -posting.points ELSE 0 END) AS expired
             FROM points_posting AS posting JOIN points_entry AS entry ON entry.id = posting.entry_id
             WHERE posting.lot_id IS NOT NULL GROUP BY posting.lot_id) AS sums ON sums.lot_id = lot.id
           WHERE lot.remaining <> COALESCE(sums.remaining, 0) OR lot.expired <> COALESCE(sums.expired, 0)""",
    ),
    Check(
        "point lot {id} is {state}, and its owner or its day says otherwise",
        """SELECT lot.id, lot.state FROM point_lot AS lot JOIN points_entry AS entry ON entry.id = lot.entry_id
           WHERE entry.customer_id <> lot.customer_id OR (lot.state = 'OWED') <> (lot.owed_since IS NOT NULL)
           OR (lot.state = 'PENDING' AND lot.activates_on IS NULL)""",
    ),
    Check(
        "adjustment {id} is {status}, which the points do not bear out",
        """SELECT adjustment.id, adjustment.status FROM points_adjustment AS adjustment LEFT JOIN points_entry AS entry
           ON entry.source = 'Adjustment:' || adjustment.id AND entry.points = adjustment.points
             AND entry.customer_id = adjustment.customer_id
           WHERE (adjustment.status = 'APPROVED') <> (entry.id IS NOT NULL)""",
    ),
    Check(
        "points entry {id} was made by hand, and nobody stands for it",
        """SELECT id FROM points_entry WHERE kind = 'ADJUSTED' AND NOT EXISTS (
             SELECT 1 FROM points_adjustment WHERE points_entry.source = 'Adjustment:' || points_adjustment.id)
           AND NOT EXISTS (SELECT 1 FROM case_redress WHERE points_entry.source = 'Redress:' || case_redress.id)""",
    ),
    Check(
        "customer {id} has no points account",
        "SELECT id FROM customer WHERE NOT EXISTS (SELECT 1 FROM points_account WHERE customer_id = customer.id)",
    ),
)
