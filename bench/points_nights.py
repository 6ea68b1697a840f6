"""What the end of a day costs for points: a million lots, of which some can be spent from now on, and some expire."""

from datetime import UTC, date, datetime

import asyncpg

from bench.timing import house, most_mib, say, timed
from models import AccountingDay, Branch, Tier
from models.database import transaction
from models.database.statements import counted
from resolvers.loyalty.lots import catch_points_up

LOTS = 1_000_000
OWNED = 10
"""Lots of each customer: one waits, one is over, and of every hundredth customer one is owed."""
TODAY = date(2026, 4, 1)
NOON = datetime(2026, 4, 1, 4, tzinfo=UTC)

CUSTOMERS = """
INSERT INTO customer (id, created_at, phone, phone_mask, phone_index, branch_id, is_restricted, version)
SELECT n, now(), 'x', 'x', 'index-' || n, 1, false, 1 FROM generate_series(1, {customers}) AS n
"""
ENTRIES = """
INSERT INTO points_entry (id, created_at, customer_id, kind, points, spendable, pending, qualifying, source, booked_on)
SELECT n, now(), 1 + n % {customers}, 'EARNED', 10, CASE n / {customers} WHEN 0 THEN 0 ELSE 10 END,
  CASE n / {customers} WHEN 0 THEN 10 ELSE 0 END, 10, 'Bench:' || n, DATE '2026-03-18' FROM generate_series(0, {lots} - 1) AS n
"""
POINT_LOTS = """
INSERT INTO point_lot (id, created_at, customer_id, entry_id, state, earned, remaining, expired, activates_on, expires_on, owed_since)
SELECT id, now(), customer_id, id, CASE WHEN nth = 0 THEN 'PENDING' WHEN is_owed THEN 'OWED' ELSE 'OPEN' END,
  10, CASE WHEN is_owed THEN -5 ELSE 10 END, 0, CASE nth WHEN 0 THEN DATE '{today}' END,
  CASE nth WHEN 1 THEN DATE '{today}' - 1 ELSE DATE '{today}' + 60 + 30 * nth::int END,
  CASE WHEN is_owed THEN DATE '2026-03-18' END
FROM (SELECT id, customer_id, id / {customers} AS nth, id / {customers} = 2 AND customer_id % 100 = 0 AS is_owed
      FROM points_entry) AS entry
"""
ACCOUNTS = """
INSERT INTO points_account (created_at, customer_id, tier_id, balance, pending)
SELECT now(), customer_id, 1, SUM(CASE state WHEN 'PENDING' THEN 0 ELSE remaining END),
  SUM(CASE state WHEN 'PENDING' THEN remaining ELSE 0 END) FROM point_lot GROUP BY customer_id
"""


async def points_night(base: str, lots: int) -> None:
    """Make lots, end a day, and end it again."""
    async with house(base, TODAY, NOON) as (url, viewer):
        async with transaction(viewer, "furnish"):
            await AccountingDay.create(on=TODAY)
            await Branch.create(code="B", name_zh="支行", name_en="Branch", is_default=True)
            await Tier.create(code="BASIC", rank=1, name_zh="普通会员", name_en="Basic")
        with timed() as made:
            await _fill(url, lots)
        say(f"{lots:,} lots of points made in {made.seconds:.0f} s")
        with timed() as spent, counted() as statements:
            done = await catch_points_up(viewer, TODAY)
        say(
            f"of {lots:,} lots, those of {done:,} customers had something to do: {spent.seconds:.1f} s ({spent.of_process:.1f} s of this process),"
            f" {done / spent.seconds:,.0f} a second, {1000 * len(statements) / done:.1f} statements a thousand;"
            f" at most {most_mib():.0f} MiB"
        )
        with timed() as spent, counted() as statements:
            done = await catch_points_up(viewer, TODAY)
        say(f"again: {done} customers, {len(statements)} statements, {1000 * spent.seconds:.0f} ms")


async def _fill(url: str, lots: int) -> None:
    values = {"lots": lots, "customers": lots // OWNED, "today": TODAY}
    connection = await asyncpg.connect(url)
    await connection.execute("SET session_replication_role = replica")
    for text in (CUSTOMERS, ENTRIES, POINT_LOTS, ACCOUNTS):
        await connection.execute(text.format(**values), timeout=1_200)
    for table in ("points_entry", "point_lot"):
        await connection.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), {lots})")
    await connection.execute("ANALYZE", timeout=600)
    await connection.close()
