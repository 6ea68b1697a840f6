"""The trial balance, summed up in SQL."""

from models.database.handwritten import Statement

SUMS = Statement(
    "sums",
    """
    SELECT
      (SELECT MIN(accounting_day."on") FROM accounting_day) AS earliest,
      (SELECT accounting_day."on" FROM accounting_day WHERE accounting_day.is_open) AS latest,
      (SELECT {list}({array}(summed.code, summed.debit, summed.credit)) FROM (
         SELECT account.code,
           CAST(SUM(CASE WHEN posting.amount > 0 THEN posting.amount ELSE 0 END) AS BIGINT) AS debit,
           CAST(SUM(CASE WHEN posting.amount < 0 THEN -posting.amount ELSE 0 END) AS BIGINT) AS credit
         FROM entry JOIN posting ON posting.entry_id = entry.id JOIN account ON account.id = posting.account_id
         WHERE entry.booked_on <= :on AND account.currency = :currency GROUP BY account.code) AS summed) AS sums
    """,
    {"on": "date", "currency": "text"},
)
"""The days that the books know, and what was posted to each account by a day, in cents."""
