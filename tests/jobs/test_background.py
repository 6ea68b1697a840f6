import asyncio

import pytest

import notifications
from jobs import background
from jobs.background import Stuck, Work, working_here
from jobs.scheduler import LEASE, Scheduler
from jobs.tasks import Runner, last_done_at
from models import AccountingDay, Lease, Loan, Notification
from models.clock import SystemClock
from resolvers.payments.providers.sandbox import Behaviour, Sandbox
from resolvers.payments.receipts import PATIENCE
from rules.loans.states import LoanStatus
from tests import make


async def until(true, seconds: float = 20) -> None:
    async with asyncio.timeout(seconds):
        while not await true():
            await asyncio.sleep(0.02)


class Ahead(SystemClock):
    """A real clock in a house whose calendar agrees with its business date."""

    def now(self):
        return make.clock.now() + 2 * PATIENCE


async def test_events_are_told_pending_payouts_settled_and_days_ended_until_it_is_told_to_stop(db):
    notifications.configure(notifications.NotificationSettings())
    make.provide(Sandbox(Behaviour.LATER))
    loan = await make.loan()

    async def is_settled() -> bool:
        return (await Loan.get(id=loan.id)).status is LoanStatus.ACTIVE

    async def is_told() -> bool:
        return await Notification.exists(customer_id=loan.customer_id, kind="LoanPaidOut")

    async def is_tomorrow() -> bool:
        return await AccountingDay.exists(is_open=True, on=make.clock.today())

    async def is_written_down() -> bool:
        return await last_done_at() is not None

    async with working_here(Ahead("Asia/Shanghai"), 10) as work:
        await until(is_settled)
        await until(is_told)
        await until(is_written_down)
        make.clock.moment = make.clock.moment.replace(day=18)
        make.clock.business_date = make.clock.business_date.replace(day=18)
        await until(is_tomorrow)
        assert work.stuck_seconds() < 10


async def test_of_two_processes_in_memory_one_works(db):
    notifications.configure(notifications.NotificationSettings())
    clock = Ahead("Asia/Shanghai")

    async def is_led() -> bool:
        return await Lease.exists(name=LEASE, until__gt=clock.now())

    async with working_here(clock, 10) as first:
        await until(is_led)
        async with working_here(clock, 10) as second:
            await asyncio.sleep(0.2)
            assert (first.scheduler.leads, second.scheduler.leads) == (True, False)
    assert not await is_led(), "another may lead at once"


async def test_a_worker_that_does_not_move_is_to_be_started_anew(db, monkeypatch):
    monkeypatch.setattr(background, "STUCK_AFTER_SECONDS", -1)
    stop = asyncio.Event()
    with pytest.raises(Stuck):
        await background._watch(Work(Runner(make.clock, "w", stop), Scheduler({}, make.clock, "w")), stop)
