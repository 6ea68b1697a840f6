"""Customers with a phone and one line of their loan due today, made by PostgreSQL from numbers alone."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, time
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import asyncpg

from models.database import migrate

NOON = time(12)
"""When they are told: every reminder may be sent then."""

_HOUSE = """
INSERT INTO accounting_day (created_at, "on", is_open) VALUES ('{now}', DATE '{today}', true);
INSERT INTO branch (id, created_at, code, name_zh, name_en, is_default) VALUES (1, '{now}', 'B', '支行', 'Branch', true);
INSERT INTO product (id, created_at, code, is_offered) VALUES (1, '{now}', 'EASY', true);
INSERT INTO product_version (id, created_at, product_id, number, name_zh, name_en, method, annual_rate, currency, min_amount,
  max_amount, min_term, max_term, valid_from, is_current)
VALUES (1, '{now}', 1, 1, '轻松贷', 'Easy loan', 'EQUAL_PRINCIPAL', 120000, 'CNY', 100000, 20000000, 3, 36, DATE '{today}', true);
"""
_CROWD = """
INSERT INTO customer (id, created_at, version, name, phone, phone_mask, phone_index, locale, branch_id)
SELECT n, '{now}', 1, '王伟', 'sealed', '139****0000', md5(n::text), CASE n % 4 WHEN 0 THEN 'en' ELSE 'zh-CN' END, 1
FROM generate_series({first}, {last}) AS n;
INSERT INTO session (id, created_at, expires_at, customer_id)
SELECT n, '{now}', TIMESTAMPTZ '{now}' + INTERVAL '1 day', n FROM generate_series({first}, {last}) AS n;
INSERT INTO push_address (id, created_at, provider, kind, platform, value, value_hash, seen_at, customer_id, session_id)
SELECT n, '{now}', 'FCM', 'TOKEN', CASE n % 2 WHEN 0 THEN 'IOS' ELSE 'ANDROID' END,
  repeat(md5(n::text), 4) || ':' || n, md5(n::text), '{now}', n, n FROM generate_series({first}, {last}) AS n;
INSERT INTO loan (id, created_at, customer_id, contract_id, product_version_id, currency, principal, outstanding, rate,
  current_rate, term, method, status, is_open, opened_on)
SELECT n, '{now}', n, n, 1, 'CNY', 1200000, 100000, 120000, 120000, 12, 'EQUAL_PRINCIPAL', 'ACTIVE', true,
  DATE '{today}' - 365 FROM generate_series({first}, {last}) AS n;
INSERT INTO installment (created_at, customer_id, loan_id, number, starts_on, ends_on, due_on, currency, principal,
  interest, costs, penalty, paid_principal, paid_interest, paid_costs, paid_penalty, is_open)
SELECT '{now}', n, n, 12, DATE '{today}' - 30, DATE '{today}', DATE '{today}', 'CNY', 100000, 1000, 0, 0, 0, 0, 0, 0, true
FROM generate_series({first}, {last}) AS n;
"""
_TOLD = "reminder_day, outbox_event, notification, delivery, dead_letter"


def noon_of(today: date, zone: str) -> datetime:
    """Give the moment at which a run begins, in UTC."""
    return datetime.combine(today, NOON, ZoneInfo(zone)).astimezone(UTC)


@asynccontextmanager
async def town_of_reminders(server: str, noon: datetime, today: date) -> AsyncIterator[str]:
    """Give the URL of a database of its own beside that of `server`, with a house and nobody in it; it is dropped afterwards."""
    parts = urlsplit(server)
    name = f"{parts.path[1:]}_bench_fanout"
    url = parts._replace(path=f"/{name}").geturl()
    connection = await asyncpg.connect(server)
    try:
        await connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        await connection.execute(f'CREATE DATABASE "{name}"')
        try:
            await migrate(url)
            await _run(url, _HOUSE, {"now": noon.isoformat(), "today": today})
            yield url
        finally:
            await connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
    finally:
        await connection.close()


async def settle_in(url: str, noon: datetime, today: date, first: int, last: int) -> None:
    """Let the customers with these numbers come."""
    await _run(url, _CROWD, {"now": noon.isoformat(), "today": today, "first": first, "last": last})


async def forget(url: str) -> None:
    """Let nobody have been told anything."""
    await _run(url, f"TRUNCATE {_TOLD} CASCADE", {})


async def settled(url: str) -> dict[str, int]:
    """Count the pushes by what became of them."""
    connection = await asyncpg.connect(url)
    try:
        rows = await connection.fetch("SELECT state, COUNT(*) FROM delivery WHERE channel = 'PUSH' GROUP BY state")
        return {row["state"]: row["count"] for row in rows}
    finally:
        await connection.close()


async def _run(url: str, text: str, values: Mapping[str, object]) -> None:
    connection = await asyncpg.connect(url)
    try:
        # No key is checked: loans have no contract.
        await connection.execute("SET session_replication_role = replica")
        await connection.execute(text.format(**values), timeout=1_200)
        await connection.execute("VACUUM ANALYZE", timeout=600)
    finally:
        await connection.close()
