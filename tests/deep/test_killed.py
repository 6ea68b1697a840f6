import asyncio
import time
from contextlib import suppress
from datetime import date, timedelta
from decimal import Decimal

from jobs.verify import verify
from models import AccountingDay, Installment, Loan, OutboxEvent, Repayment
from models.clock import SystemClock
from notifications.events import read_event
from tests.deep.books import check_books
from tests.deep.houses import DICE, House, Payment, Process, Unanswered, client, furnish, opened
from tests.programs import PATIENCE_SECONDS

KILLS = 100
EARLY_KILLS = 10
SIDE_BY_SIDE = 2
TELLERS = 4
MOST_ANSWERS = 10
"""A process is killed after so many at the most; often the other one is not up yet, and nobody is left."""
KILLED_NIGHTS = 10
DAYS_BEHIND = 90
"""Loans of that day have been late for some time at the end of it."""
LAST_SECONDS = 0.1
"""And so much later at the most: in the middle of what it does next."""


async def test_killed_at_a_hundred_random_moments_nothing_is_lost_and_nothing_invented(house, counted):
    broken: list[str] = []
    began = time.monotonic()
    async with asyncio.TaskGroup() as sides:
        for _ in range(SIDE_BY_SIDE):
            sides.create_task(live_and_die(house, KILLS // SIDE_BY_SIDE, broken))
    asked, acknowledged = len(house.asked), len(house.acknowledged)
    assert broken, "the kills met no payment"
    said = f"{KILLS} kills in {time.monotonic() - began:.0f} s, {asked - acknowledged} of {asked} payments broken off; "
    counted(said + await check_books(house))
    again = await house.pay_again(await house.start())
    assert house.acknowledged.keys() == house.asked.keys()
    counted(f"{again} asked again in the end; " + await check_books(house))
    assert "Traceback" not in house.log.read_text()


async def live_and_die(house: House, lives: int, broken: list[str]) -> None:
    """Start a process, load it, and kill it in the middle of that; again and again, at the same port."""
    port = 0
    for _ in range(lives):
        process = await house.start(port=port)
        port = process.port
        answered: list[str] = []
        enough = DICE.randint(0, MOST_ANSWERS)
        async with asyncio.timeout(PATIENCE_SECONDS), asyncio.TaskGroup() as load:
            for _ in range(TELLERS):
                load.create_task(pay_until_killed(house, process, answered, broken))
            while len(answered) < enough:
                await asyncio.sleep(0.002)
            await asyncio.sleep(DICE.uniform(0, LAST_SECONDS))
            assert process.is_alive, house.log.read_text()
            process.kill()


async def pay_until_killed(house: House, process: Process, answered: list[str], broken: list[str]) -> None:
    """Pay without pause; now and then ask again for what was broken off, as an app does. The rest is left as it is."""
    async with client(process) as http:
        while True:
            is_again = broken and DICE.random() < 0.1
            payment = house.asked[broken.pop(0)] if is_again else house.next_payment()
            with suppress(Unanswered):
                await house.pay(http, payment)
                answered.append(payment.key)
                continue
            assert not process.is_alive, f"{payment.key} failed at a process that lives: {house.log.read_text()}"
            broken.append(payment.key)
            return


async def test_killed_between_the_commit_and_its_delivery_the_notice_comes_once(house, counted):
    waiting = 0
    for _ in range(EARLY_KILLS):
        process = await house.start()
        async with client(process) as http:
            payment = house.next_payment()
            await house.pay(http, payment)
            process.kill()
        waiting += await is_untold(house, payment)
    assert waiting, "every notice was out before the kill"
    counted(f"{EARLY_KILLS} kills at the answer, {waiting} before anybody was told; " + await check_books(house))


async def test_killed_while_days_end_each_day_is_ended_once_and_no_loan_is_missed(own_url, tmp_path, counted):
    house = await furnish(own_url, tmp_path, days_ago=DAYS_BEHIND, penalty_multiplier=Decimal("1.5"))
    try:
        met = [await killed_while_days_end(house) for _ in range(KILLED_NIGHTS)]
        code = await house.launcher.start(
            "jobs", "daily", environment=house.environment(house.url), out=house.log
        ).ended()
    finally:
        house.close()
    assert code == 0, house.log.read_text()
    today = SystemClock("Asia/Shanghai").calendar_day()
    began = today - timedelta(days=DAYS_BEHIND)
    assert any(began < day < today for day in met), "no kill met a day that was ending"
    async with opened(house.url):
        days = [day.on for day in await AccountingDay.filter(on__gte=began).order_by("on")]
        assert days == [began + timedelta(days=number) for number in range(DAYS_BEHIND + 1)]
        assert await Installment.filter(penalty__gt=0).count() >= len(house.borrowers)
        assert await Loan.filter(next_action_on__lte=today).count() == 0, "a loan was missed"
        assert await verify() == []
    counted(f"{len(met)} kills while {DAYS_BEHIND} days ended, at {len(set(met))} different days")


async def killed_while_days_end(house: House) -> date:
    """Let a process end the days that are over, and kill it soon after it has ended one; gives the day that is open."""
    program = house.launcher.start("jobs", "daily", environment=house.environment(house.url), out=house.log)
    async with opened(house.url), asyncio.timeout(PATIENCE_SECONDS):
        before = await open_day()
        while await open_day() == before and program.is_alive:
            await asyncio.sleep(0.002)
        await asyncio.sleep(DICE.uniform(0, LAST_SECONDS / 2))
        program.kill()
        await program.ended()
        return await open_day()


async def open_day() -> date:
    return (await AccountingDay.get(is_open=True)).on


async def is_untold(house: House, payment: Payment) -> bool:
    """Say whether the payment stands in the books and its notice waits."""
    async with opened(house.url):
        booked = await Repayment.get(loan_id=payment.borrower.loan_id, amount=payment.amount)
        events = [
            event
            for event in await OutboxEvent.filter(kind="RepaymentReceived", delivered_at__isnull=True)
            if read_event(event.kind, event.body).amount.amount == booked.amount
        ]
    return len(events) == 1
