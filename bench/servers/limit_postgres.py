"""The limit on PostgreSQL: one hand-written statement for each operation, in which the database writes the JSON."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import date
from pathlib import Path
from typing import Any

import asyncpg
from asyncpg.prepared_stmt import PreparedStatement

from bench.servers.bare import Answers, Person, cents_of, hash_of, key_after, key_of, serve

CONNECTIONS = 10
"""As many as the product opens."""
PROCEDURE = Path(__file__).with_name("record_repayment.sql")

_AT = """'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'"""
_LOAN_ID = "rtrim(encode(('Loan:' || l.id)::bytea, 'base64'), '=')"
_NUMBER = "'L-' || extract(year FROM l.created_at AT TIME ZONE 'UTC') || '-' || to_char(l.id, 'FM000000')"
_TOTAL = "((i.principal + i.interest) * 0.01)::text"

HOME = f"""
SELECT json_build_object('data', json_build_object('viewer', json_build_object(
  'serverNow', to_char(now() AT TIME ZONE 'UTC', {_AT}),
  'customer', json_build_object(
    'displayName', c.name,
    'points', json_build_object('balance', p.balance, 'tier', json_build_object('name', t.name_zh)),
    'unreadCount', (SELECT COUNT(*) FROM notification WHERE customer_id = c.id AND NOT is_read),
    'loans', json_build_object('nodes', (
      SELECT COALESCE(json_agg(json_build_object(
        'id', {_LOAN_ID}, 'number', {_NUMBER},
        'outstanding', json_build_object('amount', (l.outstanding * 0.01)::text, 'currency', l.currency),
        'nextInstallment', CASE WHEN i.due_on IS NOT NULL THEN json_build_object(
          'dueOn', i.due_on, 'total', json_build_object('amount', {_TOTAL}), 'daysUntilDue', i.due_on - $2) END
      ) ORDER BY l.id), '[]') FROM (
        SELECT id, created_at, outstanding, currency FROM loan WHERE customer_id = c.id AND is_open ORDER BY id LIMIT 3
      ) AS l LEFT JOIN LATERAL (
        SELECT due_on, principal, interest FROM installment
        WHERE loan_id = l.id AND is_open ORDER BY number LIMIT 1
      ) AS i ON true))))))::text
FROM customer AS c JOIN points_account AS p ON p.customer_id = c.id JOIN tier AS t ON t.id = p.tier_id
WHERE c.id = $1
"""  # noqa: S608

SCHEDULE = f"""
SELECT json_build_object('data', json_build_object('node', json_build_object('number', {_NUMBER}, 'installments', (
  SELECT json_agg(json_build_object(
    'number', i.number, 'dueOn', i.due_on,
    'principal', json_build_object('amount', (i.principal * 0.01)::text),
    'interest', json_build_object('amount', (i.interest * 0.01)::text),
    'total', json_build_object('amount', {_TOTAL}),
    'paid', json_build_object('amount', ((i.paid_principal + i.paid_interest) * 0.01)::text),
    'status', CASE WHEN NOT i.is_open THEN 'PAID' WHEN i.due_on > $3 THEN 'UPCOMING'
                   WHEN i.due_on = $3 THEN 'DUE' ELSE 'OVERDUE' END
  ) ORDER BY i.number) FROM installment AS i WHERE i.loan_id = l.id))))::text
FROM loan AS l WHERE l.id = $1
AND EXISTS (SELECT FROM loan_party WHERE loan_id = l.id AND customer_id = $2)
"""  # noqa: S608

OFFICER_LIST = f"""
WITH page AS MATERIALIZED (
  SELECT l.id, l.created_at, l.status, l.outstanding, l.product_version_id, c.name, c.phone_mask
  FROM loan AS l JOIN customer AS c ON c.id = l.customer_id
  WHERE c.branch_id = $1 AND c.branch_id = ANY($2) ORDER BY l.id LIMIT 51
), shown AS (SELECT * FROM page ORDER BY id LIMIT 50)
SELECT json_build_object('data', json_build_object('loans', json_build_object('nodes', (
  SELECT COALESCE(json_agg(json_build_object(
    'id', {_LOAN_ID}, 'number', {_NUMBER}, 'status', l.status,
    'outstanding', json_build_object('amount', (l.outstanding * 0.01)::text),
    'customer', json_build_object('displayName', l.name, 'phone', l.phone_mask),
    'product', json_build_object('name', v.name_zh),
    'nextInstallment', CASE WHEN i.due_on IS NOT NULL THEN json_build_object(
      'dueOn', i.due_on, 'total', json_build_object('amount', {_TOTAL})) END,
    'repayments', json_build_object('nodes', r.nodes)
  ) ORDER BY l.id), '[]')
  FROM shown AS l JOIN product_version AS v ON v.id = l.product_version_id
  LEFT JOIN LATERAL (
    SELECT due_on, principal, interest FROM installment WHERE loan_id = l.id AND is_open ORDER BY number LIMIT 1
  ) AS i ON true
  LEFT JOIN LATERAL (
    SELECT COALESCE(json_agg(json_build_object(
      'amount', json_build_object('amount', (amount * 0.01)::text), 'channel', channel,
      'receivedAt', to_char(received_at AT TIME ZONE 'UTC', {_AT})) ORDER BY received_at, id), '[]') AS nodes
    FROM (SELECT id, amount, channel, received_at FROM repayment
          WHERE loan_id = l.id ORDER BY received_at DESC, id DESC LIMIT 3) AS last
  ) AS r ON true
), 'pageInfo', (SELECT json_build_object(
  'endCursor', encode(format('["LoanRoot.loans",%s,%s]', MAX(id), MAX(id))::bytea, 'base64'),
  'hasNextPage', (SELECT COUNT(*) FROM page) > 50) FROM shown))))::text
"""  # noqa: S608

EXPORT = f"""
WITH page AS MATERIALIZED (
  SELECT id, created_at, principal, currency, outstanding, rate, term, status, opened_on
  FROM loan WHERE id > $1 ORDER BY id LIMIT 1001
), shown AS (SELECT * FROM page ORDER BY id LIMIT 1000)
SELECT json_build_object('data', json_build_object('loans', json_build_object('nodes', (
  SELECT COALESCE(json_agg(json_build_object(
    'id', {_LOAN_ID}, 'number', {_NUMBER},
    'principal', json_build_object('amount', (l.principal * 0.01)::text, 'currency', l.currency),
    'outstanding', json_build_object('amount', (l.outstanding * 0.01)::text),
    'rate', (l.rate * 0.000001)::text, 'term', l.term, 'status', l.status, 'openedOn', l.opened_on,
    'createdAt', to_char(l.created_at AT TIME ZONE 'UTC', {_AT}))), '[]') FROM shown AS l
), 'pageInfo', (SELECT json_build_object(
  'endCursor', encode(format('["LoanRoot.loans",%s,%s]', MAX(id), MAX(id))::bytea, 'base64'),
  'hasNextPage', (SELECT COUNT(*) FROM page) > 1000) FROM shown))))::text
"""  # noqa: S608

RECORD_REPAYMENT = "SELECT bench_record_repayment($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)"
STATEMENTS = (HOME, SCHEDULE, OFFICER_LIST, EXPORT, RECORD_REPAYMENT)


class Limit:
    """Answers from a few connections on which every statement is prepared; nothing is reset between two of them."""

    def __init__(self, connections: list[dict[str, PreparedStatement[Any]]], today: date) -> None:
        self.free: asyncio.LifoQueue[dict[str, PreparedStatement[Any]]] = asyncio.LifoQueue()
        self.today = today
        for connection in connections:
            self.free.put_nowait(connection)

    async def ask(self, statement: str, *values: object) -> bytes:
        prepared = await self.free.get()
        try:
            text: str = await prepared[statement].fetchval(*values)
            return text.encode()
        finally:
            self.free.put_nowait(prepared)

    async def home(self, person: Person, _: Mapping[str, Any]) -> bytes:
        return await self.ask(HOME, person.customer_id, self.today)

    async def schedule(self, person: Person, variables: Mapping[str, Any]) -> bytes:
        return await self.ask(SCHEDULE, key_of(variables["id"]), person.customer_id, self.today)

    async def officer_list(self, person: Person, variables: Mapping[str, Any]) -> bytes:
        return await self.ask(OFFICER_LIST, key_of(variables["branch"]), person.branch_ids)

    async def export(self, person: Person, variables: Mapping[str, Any]) -> bytes:
        assert person.staff_id is not None
        return await self.ask(EXPORT, key_after(variables["after"]))

    async def record_repayment(self, person: Person, variables: Mapping[str, Any]) -> bytes:
        asked = variables["input"]
        money, received_on = asked["amount"], date.fromisoformat(asked["receivedOn"])
        staff = (person.staff_id, person.session_id, person.branch_ids)
        payment = (key_of(asked["loanId"]), cents_of(money["amount"]), money["currency"])
        how = (asked["channel"], asked["reference"].upper(), received_on)
        return await self.ask(RECORD_REPAYMENT, *staff, *payment, *how, asked["key"], hash_of(asked), self.today)


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[Answers]:
    """Connect, and prepare everything on every connection."""
    connections = [await asyncpg.connect(url) for _ in range(CONNECTIONS)]
    try:
        await connections[0].execute(PROCEDURE.read_text("utf-8"))
        today = await connections[0].fetchval('SELECT "on" FROM accounting_day WHERE is_open')
        prepared = [{text: await each.prepare(text) for text in STATEMENTS} for each in connections]
        limit = Limit(prepared, today)
        yield {
            "Home": limit.home,
            "Schedule": limit.schedule,
            "OfficerList": limit.officer_list,
            "Export": limit.export,
            "RecordRepayment": limit.record_repayment,
        }
    finally:
        for connection in connections:
            await connection.close()


if __name__ == "__main__":
    serve(opened)
