import asyncio
import time
from collections import Counter
from decimal import Decimal

import pytest
from tortoise.connection import get_connection

from jobs.verify import verify
from models import IdempotencyKey, PaymentIntent, Receipt, Repayment, Viewer
from resolvers.loans.repayments import Repaid, repay
from rules.money import Money
from tests import make
from tests.configured import configure_resolvers
from tests.deep.books import check_books
from tests.deep.houses import DICE, Payment, Process, client, request_of
from tests.programs import PATIENCE_SECONDS

CANCELLED = 500
CUT_OFF = 200
AT_ONCE = 10


@pytest.fixture
async def borrowers(db) -> list[tuple[Viewer, int]]:
    configure_resolvers()
    loans = [await make.loan(amount="100000.00", term=36) for _ in range(AT_ONCE)]
    return [(await make.viewer_of(loan.customer_id), loan.id) for loan in loans]


async def test_payments_cancelled_at_random_moments_are_booked_at_most_once_and_by_a_retry_once(borrowers, counted):
    def pay(number: int):
        viewer, loan_id = borrowers[number % len(borrowers)]
        return repay(viewer, loan_id=loan_id, amount=Money(Decimal(100 + number) / 100, "CNY"), key=f"pay-{number}")

    began = time.monotonic()
    await asyncio.gather(*(pay(CANCELLED + number) for number in range(AT_ONCE)))
    longest = (time.monotonic() - began) * 1.2
    stages: Counter[str] = Counter()
    for first in range(0, CANCELLED, AT_ONCE):
        async with asyncio.timeout(PATIENCE_SECONDS):
            await asyncio.gather(*(cancelled(pay(number), longest) for number in range(first, first + AT_ONCE)))
            stages.update([await stage_of(f"pay-{number}") for number in range(first, first + AT_ONCE)])
            began = time.monotonic()
            answers = await asyncio.gather(*(pay(number) for number in range(first, first + AT_ONCE)))
        longest = (time.monotonic() - began) * 2  # Most were booked before, and the machine is not always as quick.
        assert all(isinstance(answer, Repaid) for answer in answers)
    assert {"nothing", "pending", "booked"} == stages.keys(), f"the moments were not spread: {stages}"
    everything = CANCELLED + AT_ONCE
    assert await Repayment.all().count() == await Receipt.all().count() == everything
    assert await IdempotencyKey.filter(operation="repay").count() == await PaymentIntent.all().count() == everything
    assert await verify() == []
    async with asyncio.timeout(PATIENCE_SECONDS):  # No connection is lost, no lock is held.
        await asyncio.gather(*(get_connection("default").execute_query("SELECT 1") for _ in range(50)))
    counted(f"{CANCELLED} cancelled, of whom a moment later: {dict(stages)}; each retried, each booked once")


async def cancelled(paying, longest: float) -> None:
    """Cancel a call at a random moment."""
    task = asyncio.create_task(paying)
    await asyncio.sleep(DICE.uniform(0, longest))
    task.cancel()
    (outcome,) = await asyncio.gather(task, return_exceptions=True)
    assert isinstance(outcome, Repaid | asyncio.CancelledError), outcome


async def stage_of(key: str) -> str:
    """Say how far a call came; more than one receipt for an intent cannot be."""
    known = await IdempotencyKey.get_or_none(operation="repay", key=key)
    if known is None:
        return "nothing"
    return "booked" if await Receipt.filter(intent_id=known.result_number).exists() else "pending"


async def test_payments_whose_apps_hang_up_are_booked_at_most_once_and_by_a_retry_once(house, counted):
    process = await house.start()
    payments = [house.next_payment() for _ in range(CUT_OFF)]
    async with client(process) as http:
        began = time.monotonic()
        await asyncio.gather(*(house.pay(http, house.next_payment()) for _ in range(AT_ONCE)))
        longest = (time.monotonic() - began) * 1.2
    async with asyncio.timeout(5 * PATIENCE_SECONDS):
        for first in range(0, CUT_OFF, AT_ONCE):
            some = payments[first : first + AT_ONCE]
            await asyncio.gather(*(hang_up(process, payment, longest) for payment in some))
        again = await house.pay_again(process)
    assert again == CUT_OFF
    counted(f"{CUT_OFF} hung up; " + await check_books(house))
    assert "Traceback" not in house.log.read_text()


async def hang_up(process: Process, payment: Payment, longest: float) -> None:
    """Send a payment, sometimes only its beginning, and close the line at a random moment, answered or not."""
    _, writer = await asyncio.open_connection("127.0.0.1", process.port)
    request = request_of(payment)
    whole = DICE.random() < 0.9
    writer.write(request if whole else request[: DICE.randrange(1, len(request))])
    await asyncio.sleep(DICE.uniform(0, longest))
    if DICE.random() < 0.5:
        writer.transport.abort()
    else:
        writer.close()
        await writer.wait_closed()
