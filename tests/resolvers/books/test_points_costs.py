from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

import resolvers
from jobs.verify import verify
from models import Entry, PointsEntry, Posting
from models.database import transaction
from resolvers.books.accounting_days import catch_up, end_day
from resolvers.loyalty import points
from rules.books.accounts import AccountCode
from rules.money import Money
from tests import make

TOMORROW = date(2026, 3, 17)


@pytest.fixture
def dear_points() -> Iterator[None]:
    """A point costs 0.25 EUR."""
    before = resolvers.configured()
    resolvers.configure(replace(before, cost_of_a_point=Money(Decimal("0.25"), "EUR")))
    yield
    resolvers.configure(before)


async def cost_of(day: date) -> dict[AccountCode, Decimal]:
    entry = await Entry.get(source=f"PointsCost:{day}", booked_on=day)
    sides = await Posting.filter(entry_id=entry.id).select_related("account")
    return {side.account.code: side.amount for side in sides}


async def give(source: str, number: int) -> None:
    customer = await make.customer()
    async with transaction(make.system(), "give") as unit:
        await points.award(unit, customer_id=customer.id, points=number, source=source)


async def test_a_day_ends_with_what_its_points_cost(db):
    await give("Test:1", 10)
    await give("Test:2", 33)
    await end_day(make.system(), make.TODAY)
    assert await cost_of(make.TODAY) == {
        AccountCode.POINTS_EXPENSE: Decimal("0.43"),
        AccountCode.POINTS_LIABILITY: Decimal("-0.43"),
    }
    await give("Test:3", 7)
    await catch_up(make.clock, date(2026, 3, 20))
    assert (await cost_of(TOMORROW))[AccountCode.POINTS_EXPENSE] == Decimal("0.07")
    assert await Entry.all().count() == 2, "one a day, and none for a day without points"
    assert not await end_day(make.system(), make.TODAY)
    assert await verify() == []


async def test_points_that_were_taken_back_cost_nothing_any_more(db):
    await give("Test:1", 10)
    await end_day(make.system(), make.TODAY)
    async with make.unit() as unit:
        (entry,) = await PointsEntry.all()
        assert await points.take_back(unit, customer_id=entry.customer_id, source="Test:1") == 10
    await end_day(make.system(), TOMORROW)
    assert (await cost_of(TOMORROW))[AccountCode.POINTS_LIABILITY] == Decimal("0.10")


async def test_what_a_point_costs_is_the_houses_to_say(db, dear_points):
    await give("Test:1", 3)
    await end_day(make.system(), make.TODAY)
    assert await cost_of(make.TODAY) == {
        AccountCode.POINTS_EXPENSE: Decimal("0.75"),
        AccountCode.POINTS_LIABILITY: Decimal("-0.75"),
    }
    assert (await Posting.first()).currency == "EUR"
    assert await verify() == []
