import asyncio
import time
from contextlib import suppress

from models import OutboxEvent, Repayment
from notifications.events import read_event
from tests.deep.books import check_books
from tests.deep.houses import DICE, House, Payment, Process, Unanswered, client, opened
from tests.programs import PATIENCE_SECONDS

KILLS = 100
EARLY_KILLS = 10
SIDE_BY_SIDE = 2
TELLERS = 4
MOST_ANSWERS = 10
"""A process is killed after so many at the most; often the other one is not up yet, and nobody is left."""
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
