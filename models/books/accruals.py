"""Interest earned and unpaid, summed up in SQL over all loans at once: what `rules.books.accruals` says of one line."""

from datetime import date
from decimal import Decimal
from typing import NamedTuple

import orjson
from tortoise.connection import get_connection

from models.database.handwritten import Statement, fetch_one
from rules.money import from_cents

_LINES = """
    SELECT loan.customer_id, loan.product_version_id, installment.currency, installment.interest,
      installment.paid_interest, installment.starts_on, installment.ends_on
    FROM loan JOIN installment ON installment.loan_id = loan.id WHERE loan.status = 'ACTIVE'
"""
"""Every line of the loans that are paid out and neither repaid nor written off, with the time that its interest is for."""

ACCRUED = Statement(
    "accrued",
    f"""
    WITH line AS ({_LINES}),
    passed AS (
      SELECT line.*, CAST({{day_of}}:on) - {{day_of}}line.starts_on) AS BIGINT) AS days,
        CAST({{day_of}}line.ends_on) - {{day_of}}line.starts_on) AS BIGINT) AS all_days
      FROM line WHERE line.ends_on <= :on OR line.starts_on < :on
    ),
    earned AS (
      SELECT passed.customer_id, passed.product_version_id, passed.currency,
        CASE WHEN passed.ends_on <= :on THEN passed.interest ELSE
          passed.interest / passed.all_days * passed.days
          + (2 * (passed.interest % passed.all_days) * passed.days + passed.all_days) / (2 * passed.all_days)
        END - passed.paid_interest AS cents
      FROM passed
    ),
    summed AS (
      SELECT product_version.product_id, customer.branch_id, earned.currency, CAST(SUM(earned.cents) AS BIGINT) AS cents
      FROM earned JOIN product_version ON product_version.id = earned.product_version_id
      JOIN customer ON customer.id = earned.customer_id
      WHERE earned.cents > 0 GROUP BY product_version.product_id, customer.branch_id, earned.currency
    )
    SELECT {{list}}({{array}}(summed.product_id, summed.branch_id, summed.currency, summed.cents)) AS sums FROM summed
    """,  # noqa: S608  A text of ours.
    {"on": "date"},
)
"""A share is taken of the whole multiples of its days and of the rest, each: no product of theirs leaves a BIGINT."""


class Accrued(NamedTuple):
    """What the loans of a product and a branch have earned, and were not paid."""

    product_id: int
    branch_id: int
    currency: str
    amount: Decimal


async def accrued_on(on: date) -> list[Accrued]:
    """Sum up what was earned by a day, rounded line by line, in the order of product, branch and currency."""
    row = await fetch_one(get_connection("default"), ACCRUED, {"on": on})
    sums = orjson.loads(row["sums"] or "[]") if row else []
    return sorted(Accrued(product, branch, currency, from_cents(cents)) for product, branch, currency, cents in sums)
