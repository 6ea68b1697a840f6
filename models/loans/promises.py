"""What was received for promises to pay, written in SQL."""

from models.database.handwritten import Statement

KINDS = {"since": "date", "id": "bigint"}

_RECEIVED = """
    SELECT promise_to_pay.id, promise_to_pay.loan_id, promise_to_pay.status, promise_to_pay.amount,
           promise_to_pay.due_on, loan.days_past_due, COALESCE((
      SELECT SUM(repayment.amount) FROM repayment JOIN loan_event AS paid ON paid.repayment_id = repayment.id
      WHERE repayment.loan_id = promise_to_pay.loan_id AND repayment.received_at >= promise_to_pay.created_at
      AND repayment.value_on BETWEEN promise_to_pay.promised_on AND promise_to_pay.due_on
      AND NOT EXISTS (SELECT 1 FROM loan_event AS undone WHERE undone.reverses_id = paid.id)
    ), 0) AS received FROM promise_to_pay JOIN loan ON loan.id = promise_to_pay.loan_id
"""
RECEIVED = Statement(
    "promise",
    f"""{_RECEIVED} WHERE promise_to_pay.status = 'OPEN'
    OR (promise_to_pay.status IN ('KEPT', 'BROKEN') AND promise_to_pay.due_on >= :since) ORDER BY promise_to_pay.id""",
    KINDS,
)
"""Of those that are open, or were due since a day: what was received from the promise to its day, and stayed."""
RECEIVED_FOR = Statement("promise", f"{_RECEIVED} WHERE promise_to_pay.id = :id", KINDS)
"""Of one."""
