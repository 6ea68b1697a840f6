"""What the database itself refuses, whoever asks: tried past our own code."""

import asyncio
from datetime import timedelta
from typing import Any

import asyncpg
import pytest
from tortoise.connection import get_connection
from tortoise.exceptions import IntegrityError

from models import AccountingDay, Entry
from models.database import transaction
from tests import make
from tests.configured import configure_resolvers
from tests.databases import ON_POSTGRES

on_postgres = pytest.mark.skipif(not ON_POSTGRES, reason="SQLite has one writer at a time")
TOMORROW = make.TODAY + timedelta(days=1)
ENTRY = "INSERT INTO entry (created_at, booked_on, source) VALUES (now(), $1, $2)"


@pytest.mark.parametrize("days", [-1, 1, 400])
async def test_an_entry_on_a_day_that_is_not_open_is_refused(db, days):
    before = await make.everything()
    with pytest.raises(IntegrityError, match="not open"):
        async with transaction(make.system(), "book"):
            await Entry.create(booked_on=make.TODAY + timedelta(days=days), source="Test:1")
    assert await make.everything() == before


async def test_a_closed_day_takes_no_more_entries_and_stays_closed(db):
    configure_resolvers()  # A day that ends books what its points cost.
    await make.travel_to(TOMORROW)
    before = await make.everything()
    with pytest.raises(IntegrityError, match="not open"):
        async with transaction(make.system(), "book"):
            await Entry.create(booked_on=make.TODAY, source="Test:1")
    with pytest.raises(IntegrityError, match="stays closed"):
        await AccountingDay.filter(on=make.TODAY).update(is_open=True, closed_at=None)
    assert await make.everything() == before
    async with transaction(make.system(), "book"):
        await Entry.create(booked_on=TOMORROW, source="Test:1")


async def until_waiting(waiting: int) -> None:
    """Let others run until so many connections wait for the day; on SQLite whoever does waits in this process."""
    for _ in range(10):
        await asyncio.sleep(0)
    found: list[Any] = []
    while ON_POSTGRES and len(found) != waiting:
        found = await get_connection("default").execute_query_dict(
            """SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND NOT granted
               AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"""
        )
        await asyncio.sleep(0.001)


@pytest.fixture
async def two(db) -> Any:
    """Two connections of nobody's."""
    first, second = [await asyncpg.connect(db) for _ in range(2)]
    yield first, second
    await first.close()
    await second.close()


CLOSE = 'UPDATE accounting_day SET is_open = false, closed_at = now() WHERE "on" = $1'


@on_postgres
async def test_who_closes_a_day_by_hand_waits_for_who_has_written_an_entry_on_it(two):
    writer, closer = two
    begun = writer.transaction()
    await begun.start()
    await writer.execute(ENTRY, make.TODAY, "Test:1")
    closing = asyncio.create_task(closer.execute(CLOSE, make.TODAY))
    await until_waiting(1)
    assert not closing.done()
    await begun.commit()
    await closing
    assert (await Entry.get()).booked_on == make.TODAY
    with pytest.raises(asyncpg.IntegrityConstraintViolationError, match="not open"):
        await writer.execute(ENTRY, make.TODAY, "Test:2")
    assert await Entry.all().count() == 1


@on_postgres
async def test_who_writes_by_hand_while_a_day_is_closed_waits_and_is_refused(two):
    writer, closer = two
    begun = closer.transaction()
    await begun.start()
    await closer.execute(CLOSE, make.TODAY)
    writing = asyncio.create_task(writer.execute(ENTRY, make.TODAY, "Test:1"))
    await until_waiting(1)
    assert not writing.done()
    await begun.commit()
    with pytest.raises(asyncpg.IntegrityConstraintViolationError, match="not open"):
        await writing
    assert not await Entry.exists()
