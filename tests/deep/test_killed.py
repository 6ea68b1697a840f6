import asyncio
import time

from tests.deep.books import check_books
from tests.deep.houses import DICE, House, Process, Unanswered, client

KILLS = 100
TELLERS = 4
PAUSE_SECONDS = 0.05
"""The longest between two payments of a teller: what takes all of the machine keeps the next process from starting."""
BOTH_EVERY = 10
"""Every tenth time nobody is left: what was begun is finished by those who start afterwards."""


async def teller(house: House, process: Process, broken: list[str]) -> None:
    """Pay at one process again and again, until it is killed in the middle of it."""
    async with client(process) as http:
        while True:
            payment = house.next_payment()
            try:
                await house.pay(http, payment)
            except Unanswered:
                assert process.running.returncode is not None, f"{payment.key} failed at a process that lives"
                broken.append(payment.key)
                return
            await asyncio.sleep(DICE.uniform(0, PAUSE_SECONDS))


class Pair:
    """Two processes under load; who is killed is replaced while the other goes on."""

    def __init__(self, house: House) -> None:
        self.house, self.broken = house, list[str]()
        self.load: dict[Process, asyncio.Task[None]] = {}

    async def open(self, port: int = 0) -> None:
        process = await self.house.start(port=port)
        tellers = [teller(self.house, process, self.broken) for _ in range(TELLERS)]
        self.load[process] = asyncio.gather(*tellers)

    async def kill(self, process: Process) -> None:
        assert process.running.poll() is None, self.house.log.read_text()
        process.kill()
        self.house.processes.remove(process)
        await self.load.pop(process)


async def test_killed_at_a_hundred_random_moments_nothing_is_lost_and_nothing_invented(house, counted):
    pair, kills, began = Pair(house), 0, time.monotonic()
    await asyncio.gather(pair.open(), pair.open())
    async with asyncio.timeout(540):
        while kills < KILLS:
            await asyncio.sleep(DICE.uniform(0, 0.5))
            victims = list(pair.load) if kills % BOTH_EVERY == 0 else [next(iter(pair.load))]
            for process in victims[: KILLS - kills]:
                await pair.kill(process)
                kills += 1
            await asyncio.gather(*(pair.open(process.port) for process in victims))
            await retry_some(house, next(iter(pair.load)), pair.broken)
        acknowledged = len(house.acknowledged)
        for process in list(pair.load):
            await pair.kill(process)
    seconds = time.monotonic() - began
    lost = len(house.asked) - acknowledged
    counted(f"{kills} kills in {seconds:.0f} s, {lost} payments broken off; " + await check_books(house))
    last = await house.start()
    again = await house.pay_again(last)
    assert house.acknowledged.keys() == house.asked.keys()
    counted(f"{again} asked again in the end; " + await check_books(house))
    assert "Traceback" not in house.log.read_text()


async def retry_some(house: House, process: Process, broken: list[str]) -> None:
    """Ask again for half of what was broken off, as an app does; the rest is left to the background."""
    async with client(process) as http:
        for key in DICE.sample(broken, len(broken) // 2):
            broken.remove(key)
            await house.pay(http, house.asked[key])
