"""The limit on SQLite: bare aiosqlite; what PostgreSQL does in one statement, SQLite does in one, JSON and all.

Booking a payment, for which SQLite has no procedures, is one job in the driver's thread: see `sqlite_repayments`.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import date
from typing import Any

import aiosqlite

from bench.servers import sqlite_repayments
from bench.servers.bare import Answers, Person, key_after, key_of, serve

PRAGMAS = "busy_timeout=30000 journal_mode=WAL synchronous=FULL foreign_keys=ON recursive_triggers=ON"
"""The product's."""

_NUMBER = "printf('L-%s-%06d', substr(l.created_at, 1, 4), l.id)"


def _cents(cents: str) -> str:
    return f"printf('%d.%02d', ({cents}) / 100, ({cents}) % 100)"


def _moment(column: str) -> str:
    return f"replace(substr({column}, 1, 26), ' ', 'T') || 'Z'"


HOME = f"""
SELECT json_object('data', json_object('viewer', json_object(
  'serverNow', strftime('%Y-%m-%dT%H:%M:%fZ', 'now'),
  'customer', json_object(
    'displayName', c.name,
    'points', json_object('balance', p.balance, 'tier', json_object('name', t.name_zh)),
    'unreadCount', (SELECT COUNT(*) FROM notification WHERE customer_id = c.id AND is_read = 0),
    'loans', json_object('nodes', (
      SELECT json_group_array(json_object(
        'id', loan_id(l.id), 'number', {_NUMBER},
        'outstanding', json_object('amount', {_cents("l.outstanding")}, 'currency', l.currency),
        'nextInstallment', (
          SELECT json_object('dueOn', i.due_on, 'total', json_object('amount', {_cents("i.principal + i.interest")}),
            'daysUntilDue', CAST(julianday(i.due_on) - julianday(?2) AS INTEGER))
          FROM installment AS i WHERE i.loan_id = l.id AND i.is_open = 1 ORDER BY i.number LIMIT 1)))
      FROM (SELECT * FROM loan WHERE customer_id = c.id AND is_open = 1 ORDER BY id LIMIT 3) AS l))))))
FROM customer AS c JOIN points_account AS p ON p.customer_id = c.id JOIN tier AS t ON t.id = p.tier_id
WHERE c.id = ?1
"""  # noqa: S608

SCHEDULE = f"""
SELECT json_object('data', json_object('node', json_object('number', {_NUMBER}, 'installments', (
  SELECT json_group_array(json_object(
    'number', i.number, 'dueOn', i.due_on,
    'principal', json_object('amount', {_cents("i.principal")}),
    'interest', json_object('amount', {_cents("i.interest")}),
    'total', json_object('amount', {_cents("i.principal + i.interest")}),
    'paid', json_object('amount', {_cents("i.paid_principal + i.paid_interest")}),
    'status', CASE WHEN NOT i.is_open THEN 'PAID' WHEN i.due_on > ?3 THEN 'UPCOMING'
                   WHEN i.due_on = ?3 THEN 'DUE' ELSE 'OVERDUE' END))
  FROM (SELECT * FROM installment WHERE loan_id = l.id ORDER BY number) AS i))))
FROM loan AS l WHERE l.id = ?1 AND EXISTS (SELECT 1 FROM loan_party WHERE loan_id = l.id AND customer_id = ?2)
"""  # noqa: S608

OFFICER_LIST = f"""
WITH page AS MATERIALIZED (
  SELECT l.id, l.created_at, l.status, l.outstanding, l.product_version_id, c.name, c.phone_mask
  FROM loan AS l JOIN customer AS c ON c.id = l.customer_id
  WHERE c.branch_id = ?1 AND c.branch_id IN (SELECT value FROM json_each(?2)) ORDER BY l.id LIMIT 51
), shown AS (SELECT * FROM page ORDER BY id LIMIT 50)
SELECT json_object('data', json_object('loans', json_object('nodes', (
  SELECT json_group_array(json_object(
    'id', loan_id(l.id), 'number', {_NUMBER}, 'status', l.status,
    'outstanding', json_object('amount', {_cents("l.outstanding")}),
    'customer', json_object('displayName', l.name, 'phone', l.phone_mask),
    'product', json_object('name', (SELECT name_zh FROM product_version WHERE id = l.product_version_id)),
    'nextInstallment', (
      SELECT json_object('dueOn', i.due_on, 'total', json_object('amount', {_cents("i.principal + i.interest")}))
      FROM installment AS i WHERE i.loan_id = l.id AND i.is_open = 1 ORDER BY i.number LIMIT 1),
    'repayments', json_object('nodes', (
      SELECT json_group_array(json_object('amount', json_object('amount', {_cents("r.amount")}),
        'channel', r.channel, 'receivedAt', {_moment("r.received_at")}))
      FROM (SELECT * FROM (SELECT * FROM repayment WHERE loan_id = l.id ORDER BY received_at DESC, id DESC LIMIT 3)
            ORDER BY received_at, id) AS r))))
  FROM shown AS l),
  'pageInfo', json_object('endCursor', loans_cursor((SELECT MAX(id) FROM shown)),
    'hasNextPage', json(CASE WHEN (SELECT COUNT(*) FROM page) > 50 THEN 'true' ELSE 'false' END)))))
"""  # noqa: S608

EXPORT = f"""
WITH page AS MATERIALIZED (SELECT * FROM loan WHERE id > ?1 ORDER BY id LIMIT 1001),
shown AS (SELECT * FROM page ORDER BY id LIMIT 1000)
SELECT json_object('data', json_object('loans', json_object('nodes', (
  SELECT json_group_array(json_object(
    'id', loan_id(l.id), 'number', {_NUMBER},
    'principal', json_object('amount', {_cents("l.principal")}, 'currency', l.currency),
    'outstanding', json_object('amount', {_cents("l.outstanding")}),
    'rate', printf('%d.%06d', l.rate / 1000000, l.rate % 1000000), 'term', l.term, 'status', l.status,
    'openedOn', l.opened_on, 'createdAt', {_moment("l.created_at")})) FROM shown AS l),
  'pageInfo', json_object('endCursor', loans_cursor((SELECT MAX(id) FROM shown)),
    'hasNextPage', json(CASE WHEN (SELECT COUNT(*) FROM page) > 1000 THEN 'true' ELSE 'false' END)))))
"""  # noqa: S608


class Limit:
    """Answers on one connection, as SQLite has it."""

    def __init__(self, connection: aiosqlite.Connection, today: date) -> None:
        self.connection = connection
        self.today = today

    async def ask(self, statement: str, *values: object) -> bytes:
        ((text,),) = await self.connection.execute_fetchall(statement, values)
        return str(text).encode()

    async def home(self, person: Person, _: Mapping[str, Any]) -> bytes:
        return await self.ask(HOME, person.customer_id, self.today.isoformat())

    async def schedule(self, person: Person, variables: Mapping[str, Any]) -> bytes:
        return await self.ask(SCHEDULE, key_of(variables["id"]), person.customer_id, self.today.isoformat())

    async def officer_list(self, person: Person, variables: Mapping[str, Any]) -> bytes:
        return await self.ask(OFFICER_LIST, key_of(variables["branch"]), str(person.branch_ids))

    async def export(self, person: Person, variables: Mapping[str, Any]) -> bytes:
        assert person.staff_id is not None
        return await self.ask(EXPORT, key_after(variables["after"]))

    async def record_repayment(self, person: Person, variables: Mapping[str, Any]) -> bytes:
        return await sqlite_repayments.record(self.connection, person, variables["input"], self.today)


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[Answers]:
    """Connect as the product does."""
    async with aiosqlite.connect(url.removeprefix("sqlite://"), isolation_level=None) as connection:
        for pragma in PRAGMAS.split():
            await connection.execute(f"PRAGMA {pragma}")
        await sqlite_repayments.add_functions(connection)
        ((today,),) = await connection.execute_fetchall('SELECT "on" FROM accounting_day WHERE is_open = 1')
        limit = Limit(connection, date.fromisoformat(today))
        yield {
            "Home": limit.home,
            "Schedule": limit.schedule,
            "OfficerList": limit.officer_list,
            "Export": limit.export,
            "RecordRepayment": limit.record_repayment,
        }


if __name__ == "__main__":
    serve(opened)
