"""`python -m bench.nights` measures the end of a day on PostgreSQL, and what a replay costs; some minutes.

The loans are made by PostgreSQL from numbers alone: of so many thousand, some percent have one overdue line, whose penalty
is to be billed; the others wait for a later day. Contracts, customers' details and past payments are left out, because the
end of a day reads none.
"""

import argparse
import asyncio
import os
import sys
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import asyncpg

from bench import keys
from bench.points_nights import LOTS, points_night
from bench.timing import house, most_mib, say, timed
from jobs.rooms import configure_rooms
from models import AccountingDay, Branch, Customer, PointsAccount, Secret, Tier, Viewer
from models.database import transaction
from resolvers.loans.ends_of_days import catch_loans_up
from resolvers.products.products import create_product
from rules.loans.events import Event, LoanEventKind
from rules.loans.ledger import replay
from rules.loans.terms import LoanTerms
from rules.products.kinds import DayCount, RepaymentMethod
from rules.products.schedules import ScheduleTerms, make_schedule
from settings import Environment, Settings

NOON = datetime(2026, 3, 16, 4, tzinfo=UTC)
TODAY = date(2026, 3, 16)
OPENED = date(2026, 1, 10)
TERM = 12
CASES = ((1_000_000, 2), (100_000, 20))
"""Loans, and how many percent of them have something to do: as many in both."""

LOANS = """
INSERT INTO loan (id, created_at, customer_id, contract_id, product_version_id, currency, principal, outstanding, credit,
  rate, current_rate, term, method, status, is_open, opened_on, next_action_on, days_past_due)
SELECT n, now(), 1, n, 1, 'CNY', 1200000, 1200000, 0, 120000, 120000, {term}, 'EQUAL_PRINCIPAL', 'ACTIVE', true, DATE '{opened}',
  CASE WHEN n % 100 < {percent} THEN DATE '{today}' ELSE DATE '{today}' + 1 + (n % 30)::int END, 0
FROM generate_series(1, {loans}) AS n
"""
DISBURSEMENTS = """
INSERT INTO disbursement (id, created_at, customer_id, loan_id, payout_id, currency, amount, fees, value_on)
SELECT n, now(), 1, n, n, 'CNY', 1200000, 0, DATE '{opened}' FROM generate_series(1, {loans}) AS n
"""
INSTALLMENTS = """
INSERT INTO installment (created_at, customer_id, loan_id, number, starts_on, ends_on, due_on, currency, principal, interest,
  costs, penalty, paid_principal, paid_interest, paid_costs, paid_penalty, is_open, paid_on)
SELECT now(), 1, n, k, (DATE '{opened}' + make_interval(months => k - 1))::date, (DATE '{opened}' + make_interval(months => k))::date,
  (DATE '{opened}' + make_interval(months => k))::date, 'CNY', 1200000 / {term}, 12000 - 1000 * (k - 1), 0, 0, 0, 0, 0, 0, true, NULL
FROM generate_series(1, {loans}) AS n, generate_series(1, {term}) AS k
"""
ENTRIES = """
INSERT INTO entry (id, created_at, booked_on, source, customer_number, loan_id)
SELECT n, now(), DATE '{opened}', 'Disbursement:' || n, 1, n FROM generate_series(1, {loans}) AS n
"""
POSTINGS = """
INSERT INTO posting (created_at, entry_id, account_id, amount, currency)
SELECT now(), n, side.id, side.amount, 'CNY' FROM generate_series(1, {loans}) AS n,
  (SELECT account.id, CASE code WHEN 'CASH' THEN -1200000 ELSE 1200000 END AS amount FROM account
   WHERE code IN ('CASH', 'LOANS_RECEIVABLE')) AS side
"""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m bench.nights", description=__doc__)
    parser.add_argument("--tenth", action="store_true", help="a tenth of the loans, to see a direction")
    arguments = parser.parse_args()
    os.environ.update(keys.environment() | {"ENVIRONMENT": Environment.DEVELOPMENT})
    configure_rooms(Settings())
    _replays()
    asyncio.run(_nights(10 if arguments.tenth else 1))


def _replays() -> None:
    schedule = ScheduleTerms(
        RepaymentMethod.EQUAL_INSTALLMENT,
        Decimal("500000.00"),
        Decimal("0.0435"),
        360,
        OPENED,
        day_count=DayCount.ACT_365F,
    )
    payments = [
        Event(number, OPENED + timedelta(days=30 * number), LoanEventKind.PAYMENT, Decimal("2500.00"))
        for number in range(1, 201)
    ]
    day = OPENED + timedelta(days=30 * 201)
    say(f"a schedule of 360 lines: {_least(lambda: make_schedule(_fresh(schedule))):.2f} ms")
    of_life = _least(lambda: replay(LoanTerms(_fresh(schedule), "CNY"), payments, day))
    say(f"the replay of 360 lines and 200 payments: {of_life:.2f} ms")


def _fresh(schedule: ScheduleTerms) -> ScheduleTerms:
    """Give the terms without what they remember."""
    return ScheduleTerms(**{name: getattr(schedule, name) for name in ScheduleTerms.__dataclass_fields__})


def _least(work: Callable[[], object]) -> float:
    """Give the least of ten times, in milliseconds."""
    times = []
    for _ in range(10):
        began = time.perf_counter()
        work()
        times.append(time.perf_counter() - began)
    return 1000 * min(times)


async def _nights(fraction: int) -> None:
    server = os.environ.get("TEST_DATABASE_URL", "")
    if not server:
        sys.exit("TEST_DATABASE_URL names no PostgreSQL.")
    base, _, _ = server.rpartition("/")
    for loans, percent in CASES:
        await _night(base, loans // fraction, percent)
    await points_night(base, LOTS // fraction)


async def _night(base: str, loans: int, percent: int) -> None:
    async with house(base, TODAY, NOON) as (url, viewer):
        await _furnish(viewer)
        with timed() as made:
            await _lend(url, loans, percent)
        say(f"{loans:,} loans made in {made.seconds:.0f} s")
        with timed() as spent:
            done = await catch_loans_up(viewer, TODAY)
        say(
            f"{done:,} of {loans:,} loans had something to do: {spent.seconds:.1f} s ({spent.of_process:.1f} s of this"
            f" process), {done / spent.seconds:,.0f} of them a second, {loans / spent.seconds:,.0f} of all;"
            f" at most {most_mib():.0f} MiB"
        )


async def _furnish(viewer: Viewer) -> None:
    async with transaction(viewer, "furnish"):
        await AccountingDay.create(on=TODAY)
        branch = await Branch.create(code="B", name_zh="支行", name_en="Branch", is_default=True)
        tier = await Tier.create(code="BASIC", rank=1, name_zh="普通会员", name_en="Basic")
        customer = await Customer.create(phone=Secret("+8613800000000"), name="李小雨", branch_id=branch.id)
        await PointsAccount.create(customer_id=customer.id, tier_id=tier.id)
    await create_product(
        viewer,
        code="NIGHT",
        name_zh="轻松贷",
        name_en="Easy loan",
        method=RepaymentMethod.EQUAL_PRINCIPAL,
        annual_rate=Decimal("0.12"),
        currency="CNY",
        min_amount=Decimal("1000.00"),
        max_amount=Decimal("200000.00"),
        min_term=3,
        max_term=36,
        penalty_multiplier=Decimal("1.5"),
    )


async def _lend(url: str, loans: int, percent: int) -> None:
    values = {"loans": loans, "percent": percent, "today": TODAY, "opened": OPENED, "term": TERM}
    connection = await asyncpg.connect(url)
    await connection.execute("SET session_replication_role = replica")  # No key is checked: most rows have no contract.
    await connection.execute(
        "INSERT INTO account (created_at, code, kind, currency)"
        " VALUES (now(), 'CASH', 'ASSET', 'CNY'), (now(), 'LOANS_RECEIVABLE', 'ASSET', 'CNY')"
    )
    for text in (LOANS, DISBURSEMENTS, INSTALLMENTS, ENTRIES, POSTINGS):
        await connection.execute(text.format(**values), timeout=1_200)
    await connection.execute("ANALYZE", timeout=600)
    await connection.close()


if __name__ == "__main__":
    main()
