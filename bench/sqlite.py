"""Measuring on SQLite: the product and a bare server."""

import sqlite3
from contextlib import ExitStack, closing
from datetime import date, datetime

from bench.asking import REPAY, Asking
from bench.checks import check_reads, check_repayments
from bench.data.databases import Say, sqlite_copy
from bench.data.town import Town
from bench.measuring import Payer, Plan, measure_reads, measure_repayments, payments_for, rows_of
from bench.postgres import check_books
from bench.processes import first_answer
from bench.products import other, product, write_people
from bench.report import Measured, about_run, measured
from bench.written import SqliteRows


async def measure_sqlite(customers: int, now: datetime, today: date, plan: Plan, say: Say) -> Measured:
    """Check, time, and verify what was booked. Raises `Disagreement`."""
    town = Town(customers, today.replace(day=1))
    async with sqlite_copy(town, today, say) as url:
        asking = Asking(town, now, today)
        people = write_people(asking)
        with ExitStack() as stack:
            servers = []
            for starting in (product(url, "product on sqlite"), other("limit on sqlite", "limit_sqlite", url, people)):
                servers.append(stack.enter_context(starting))
                await first_answer(servers[-1], asking.reads("home")[0])
            say("SQLite: comparing answers")
            compared = await check_reads(servers, asking)
            with closing(sqlite3.connect(url.removeprefix("sqlite://"))) as connection:
                compared += await check_repayments(servers, asking, SqliteRows(connection))
            await measure_reads(servers, asking, plan, say)
            payers = [Payer(each, REPAY, payments_for(asking, slot)) for slot, each in enumerate(servers)]
            await measure_repayments(payers, plan, say)
            say("SQLite: verifying what was booked")
            await check_books(url)
            rows = rows_of(servers[0], servers[1], None, None)
            about = about_run(town, compared, plan)
            return measured(f"SQLite {sqlite3.sqlite_version}", rows, servers, about, prefix="sqlite ")
