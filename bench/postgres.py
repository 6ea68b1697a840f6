"""Measuring on PostgreSQL: the product, the limit and the plain server."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import date, datetime
from pathlib import Path

import asyncpg

from bench.answers import Disagreement
from bench.asking import REPAY, REPAY_IN_APP, Asking
from bench.checks import check_reads, check_repayments, count_in_app, count_statements
from bench.data.databases import Say, postgres_copy
from bench.data.town import Town
from bench.measuring import Counted, Payer, Plan, measure_reads, measure_repayments, payments_for, rows_of
from bench.processes import Server, first_answer
from bench.products import WITH_SANDBOX, other, product, write_people
from bench.report import Measured, about_run, measured
from bench.wire import counting_proxy
from bench.written import PostgresRows
from jobs.verify import verify
from models.database import connect, disconnect

NAMES = ("product", "limit", "naive", "product with sandbox")
"""In the order of their loans' slots."""


async def measure_postgres(server: str, customers: int, now: datetime, today: date, plan: Plan, say: Say) -> Measured:
    """Check, count, time, and verify what was booked. Raises `Disagreement`."""
    town = Town(customers, today.replace(day=1))
    async with postgres_copy(server, town, today, say) as url:
        asking = Asking(town, now, today)
        people = write_people(asking)
        counted, compared = await _compare(url, asking, people, say)
        async with _started(dict.fromkeys(NAMES, url), asking, people) as servers:
            await measure_reads(servers[:3], asking, plan, say)
            payers = [Payer(each, REPAY, payments_for(asking, slot)) for slot, each in enumerate(servers[:3])]
            payers.append(Payer(servers[3], REPAY_IN_APP, asking.repayments_in_app(3)))
            await measure_repayments(payers, plan, say)
            ours, limit, naive, in_app = servers
            rows = rows_of(ours, limit, naive, counted, (in_app, REPAY_IN_APP))
            say("PostgreSQL: verifying what was booked")
            await check_books(url)
            about = about_run(town, compared, plan)
            return measured(f"PostgreSQL {await _version(url)}", rows, servers[:3], about)


@asynccontextmanager
async def _started(urls: dict[str, str], asking: Asking, people: Path) -> AsyncIterator[list[Server]]:
    """Start the servers one by one, and wait for the first answer of each."""
    first = asking.reads("home")[0]
    async with AsyncExitStack() as stack:
        servers = []
        for starting in (
            product(urls["product"]),
            other("limit", "limit_postgres", urls["limit"], people),
            other("naive", "naive", urls["naive"], people),
            product(urls["product with sandbox"], "product with sandbox", WITH_SANDBOX),
        ):
            servers.append(stack.enter_context(starting))
            await first_answer(servers[-1], first)
        yield servers


async def _compare(url: str, asking: Asking, people: Path, say: Say) -> tuple[Counted, int]:
    """Let every server go through a proxy that counts; gives the counts, and how many answers were compared."""
    async with AsyncExitStack() as stack:
        proxies = {name: await stack.enter_async_context(counting_proxy(url)) for name in NAMES}
        connection = await asyncpg.connect(url)
        stack.push_async_callback(connection.close)
        urls = {name: proxied for name, (proxied, _) in proxies.items()}
        servers = await stack.enter_async_context(_started(urls, asking, people))
        say("PostgreSQL: comparing answers")
        compared = await check_reads(servers[:3], asking)
        compared += await check_repayments(servers[:3], asking, PostgresRows(connection))
        say("PostgreSQL: counting statements")
        counts = [
            await count_statements(server, asking, proxies[server.name][1], slot)
            for slot, server in enumerate(servers[:3])
        ]
        counts[0][REPAY_IN_APP] = await count_in_app(servers[3], asking, proxies[NAMES[3]][1], 3)
        return Counted(counts[0], counts[2]), compared


async def check_books(url: str) -> None:
    """Recompute every balance. Raises `Disagreement` if something does not add up."""
    await connect(url)
    try:
        found = await verify()
    finally:
        await disconnect()
    if found:
        raise Disagreement("the books do not add up afterwards: " + "; ".join(found[:5]))


async def _version(url: str) -> str:
    connection = await asyncpg.connect(url)
    try:
        return str(await connection.fetchval("SHOW server_version")).split()[0]
    finally:
        await connection.close()
