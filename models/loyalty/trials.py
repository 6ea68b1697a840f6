"""What is read of loans to try an earning rule out on what has been, written in SQL."""

from models.database.handwritten import Statement
from models.loyalty.benefits import POINTS_PERCENT

KINDS = {"since": "date", "until": "date", "after": "bigint", "batch": "bigint"}

LINES = Statement(
    "line",
    f"""
    SELECT loan.id AS loan_id, loan.customer_id, loan.status, {POINTS_PERCENT} AS points_percent,
           installment.number, installment.due_on, installment.paid_on,
           installment.principal + installment.interest + installment.costs > 0 AS was_asked
    FROM loan JOIN points_account ON points_account.customer_id = loan.customer_id
    JOIN tier ON tier.id = points_account.tier_id
    LEFT JOIN installment ON installment.loan_id = loan.id
    WHERE loan.id IN (SELECT chosen.id FROM (SELECT later.id FROM loan AS later WHERE later.id > :after
                      ORDER BY later.id LIMIT :batch) AS chosen)
    ORDER BY loan.id, installment.number
    """,  # noqa: S608  Our own text.
    KINDS,
)
"""The installments of the next loans."""
SETTLED = Statement(
    "settled",
    """
    SELECT loan.id FROM loan WHERE loan.status = 'CLOSED' AND loan.id > :after AND EXISTS (
      SELECT 1 FROM loan_event WHERE loan_event.loan_id = loan.id AND loan_event.kind = 'PREPAYMENT'
      AND loan_event.value_on >= :since AND loan_event.value_on < :until)
    ORDER BY loan.id LIMIT :batch
    """,
    KINDS,
)
"""The next loans that are repaid, into which something was prepaid in a time."""
