"""Rewards: what was taken against the points, the books and the loans that vouchers paid for."""

from jobs.checks import Check

REWARDS = (
    Check(
        "redemption {id} is {status}, which its points do not bear out",
        """SELECT redemption.id, redemption.status FROM redemption
           LEFT JOIN points_entry AS spent ON spent.source = 'Redemption:' || redemption.id AND spent.kind = 'REDEEMED'
           LEFT JOIN points_entry AS back ON back.source = 'Redemption:' || redemption.id || ':back'
             AND back.kind = 'RETURNED'
           WHERE spent.id IS NULL OR spent.points <> -redemption.price_points OR spent.customer_id <> redemption.customer_id
           OR (redemption.status = 'CANCELLED') <> (back.id IS NOT NULL) OR back.points <> redemption.price_points""",
    ),
    Check(
        "redemption {id} is {status}, and the books say otherwise about what its partner is owed",
        """SELECT id, status FROM (SELECT redemption.id, redemption.status,
             CASE WHEN redemption.status = 'FULFILLED' AND redemption.partner_id IS NOT NULL
               THEN redemption.cost ELSE 0 END AS owed, COALESCE((
             SELECT -SUM(posting.amount) FROM entry JOIN posting ON posting.entry_id = entry.id
             JOIN account ON account.id = posting.account_id
             WHERE entry.source = 'Redemption:' || redemption.id AND account.code = 'REWARDS_PAYABLE'), 0) AS cents
             FROM redemption) AS found WHERE owed <> cents""",
    ),
    Check(
        "redemption {id} does not have the voucher that it says",
        """SELECT redemption.id FROM redemption LEFT JOIN voucher ON voucher.redemption_id = redemption.id
           WHERE (redemption.partner_id IS NULL) <> (voucher.id IS NOT NULL)
           OR (voucher.status = 'CANCELLED') <> (redemption.status = 'CANCELLED')""",
    ),
    Check(
        "voucher {id} is {status}, which what it paid does not bear out",
        """SELECT voucher.id, voucher.status FROM voucher LEFT JOIN repayment ON repayment.id = voucher.repayment_id
           WHERE voucher.status = 'USED' AND (repayment.channel <> 'VOUCHER' OR repayment.amount > voucher.worth
             OR EXISTS (SELECT 1 FROM loan_event AS paid JOIN loan_event AS undone ON undone.reverses_id = paid.id
                        WHERE paid.repayment_id = repayment.id))""",
    ),
    Check(
        "repayment {id} was made by a voucher that was not used",
        """SELECT repayment.id FROM repayment JOIN loan_event AS paid ON paid.repayment_id = repayment.id
           WHERE (repayment.channel = 'VOUCHER') <> (paid.pays_only IS NOT NULL) OR (repayment.channel = 'VOUCHER'
             AND NOT EXISTS (SELECT 1 FROM loan_event AS undone WHERE undone.reverses_id = paid.id)
             AND NOT EXISTS (SELECT 1 FROM voucher WHERE voucher.repayment_id = repayment.id))""",
    ),
)
