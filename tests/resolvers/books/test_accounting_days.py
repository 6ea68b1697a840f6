import asyncio
from datetime import date

from models import AccountingDay
from resolvers.books.accounting_days import catch_up, end_day, open_first_day
from tests import make

TODAY = date(2026, 3, 16)


async def open_days() -> list[date]:
    return [day.on for day in await AccountingDay.filter(is_open=True)]


async def test_the_first_day_is_opened_once(db):
    assert (await open_first_day(make.system(), date(2030, 1, 1))).on == TODAY
    assert await open_days() == [TODAY]


async def test_the_end_of_a_day_opens_the_next(db):
    assert await end_day(make.system(), TODAY)
    assert await open_days() == [date(2026, 3, 17)]
    closed = await AccountingDay.get(on=TODAY)
    assert closed.closed_at == make.clock.now()


async def test_a_day_ends_once_however_many_try(db):
    ended = await asyncio.gather(*(end_day(make.system(), TODAY) for _ in range(5)))
    assert sorted(ended) == [False, False, False, False, True]
    assert await open_days() == [date(2026, 3, 17)]


async def test_missing_days_are_run_one_by_one(db):
    counts = await asyncio.gather(*(catch_up(make.clock, date(2026, 3, 20)) for _ in range(2)))
    assert sum(counts) == 4
    assert await open_days() == [date(2026, 3, 20)]
    assert await AccountingDay.all().count() == 5
    assert await catch_up(make.clock, date(2026, 3, 19)) == 0
