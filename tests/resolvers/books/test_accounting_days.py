import asyncio
from datetime import date, timedelta

from models import AccountingDay, Application
from resolvers.books.accounting_days import catch_up, end_day, open_first_day
from rules.applications.states import ApplicationStatus
from tests import make
from tests.resolvers.applications.stories import offered

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
    days = await AccountingDay.all().order_by("on")
    assert [day.on for day in days] == [date(2026, 3, number) for number in range(16, 21)]
    assert [day.is_open for day in days] == [False] * 4 + [True]
    assert await catch_up(make.clock, date(2026, 3, 19)) == 0


async def test_each_day_that_was_missed_brings_what_its_date_brings(db):
    """The clock still shows the day on which the house was left, as it does for a second after each end of day."""
    offer = await offered(await make.customer())
    await catch_up(make.clock, offer.expires_on)
    assert (await Application.get()).status is ApplicationStatus.OFFERED
    await catch_up(make.clock, offer.expires_on + timedelta(days=1))
    assert (await Application.get()).status is ApplicationStatus.EXPIRED
