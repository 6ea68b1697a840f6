import asyncio
import contextlib

import pytest

import notifications
from jobs import background
from models import AccountingDay, Loan, Notification
from models.clock import SystemClock
from notifications.channels.inbox import InboxChannel
from resolvers.payments.providers.sandbox import Behaviour, Sandbox
from resolvers.payments.receipts import PATIENCE
from rules.loans.states import LoanStatus
from tests import make


async def until(true, seconds: float = 20) -> None:
    async with asyncio.timeout(seconds):
        while not await true():
            await asyncio.sleep(0.02)


@contextlib.asynccontextmanager
async def working(clock: SystemClock):
    work = asyncio.create_task(background.run(clock))
    try:
        yield
    finally:
        work.cancel()
        with pytest.raises(asyncio.CancelledError):
            await work


class Ahead(SystemClock):
    """A real clock in a house whose calendar agrees with its business date."""

    def now(self):
        return make.clock.now() + 2 * PATIENCE


async def test_events_are_told_pending_payouts_settled_and_days_ended_until_it_is_cancelled(db):
    notifications.configure(channels=[InboxChannel()])
    make.provide(Sandbox(Behaviour.LATER))
    loan = await make.loan()

    async def is_settled() -> bool:
        return (await Loan.get(id=loan.id)).status is LoanStatus.ACTIVE

    async def is_told() -> bool:
        return await Notification.exists(customer_id=loan.customer_id, kind="LoanPaidOut")

    async def is_tomorrow() -> bool:
        return await AccountingDay.exists(is_open=True, on=make.clock.today())

    async with working(Ahead("Asia/Shanghai")):
        await until(is_settled)
        await until(is_told)
        make.clock.moment = make.clock.moment.replace(day=18)
        make.clock.business_date = make.clock.business_date.replace(day=18)
        await until(is_tomorrow)


async def test_an_error_is_logged_and_the_rest_goes_on(db, monkeypatch, caplog):
    monkeypatch.setattr(background, "PAUSE_AFTER_FAILURE_SECONDS", 0.01)
    monkeypatch.setattr(background, "PAUSE_SECONDS", 0.01)
    calls = []

    async def work() -> int:
        calls.append(len(calls))
        if len(calls) == 2:
            raise RuntimeError("the database is away")
        return 0

    async def has_gone_on() -> bool:
        return len(calls) > 3

    task = asyncio.create_task(background._repeat("counting", work))
    await until(has_gone_on)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert "counting failed" in caplog.text
