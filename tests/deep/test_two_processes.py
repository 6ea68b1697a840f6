import asyncio

from tests.deep.books import check_books
from tests.deep.houses import House, Payment, Process, client
from tests.programs import PATIENCE_SECONDS

WRITES = 200
"""By each of two processes."""
AT_ONCE = 8


async def pay_all(house: House, process: Process, payments: list[Payment]) -> None:
    waiting = iter(payments)

    async def teller(http) -> None:
        for payment in waiting:
            await house.pay(http, payment)

    async with client(process) as http, asyncio.TaskGroup() as tellers:
        for _ in range(AT_ONCE):
            tellers.create_task(teller(http))


async def test_two_processes_on_one_database_lose_nothing_and_fail_nothing(house, counted):
    processes = await asyncio.gather(house.start(), house.start())
    async with asyncio.timeout(5 * PATIENCE_SECONDS), asyncio.TaskGroup() as both:
        for each in processes:
            both.create_task(pay_all(house, each, [house.next_payment() for _ in range(WRITES)]))
    assert len(house.acknowledged) == 2 * WRITES
    counted(f"2 processes, {WRITES} writes each; " + await check_books(house))
    assert "Traceback" not in house.log.read_text()


async def test_one_key_sent_to_two_processes_at_once_is_booked_once(house, counted):
    processes = await asyncio.gather(house.start(), house.start())
    payments = [house.next_payment() for _ in range(WRITES // 2)]
    async with asyncio.timeout(5 * PATIENCE_SECONDS), asyncio.TaskGroup() as both:
        for each in processes:
            both.create_task(pay_all(house, each, payments))
    counted(f"{len(payments)} keys, each sent to 2 processes at once; " + await check_books(house))
    assert len(house.acknowledged) == len(payments)
