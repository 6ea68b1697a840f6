"""SQL written by hand: one text, two databases, one journey."""

import sqlite3

import pytest
from tortoise.connection import get_connection
from tortoise.exceptions import IntegrityError, OperationalError

from models import OutboxEvent, Tier
from models.database.handwritten import Rows, Statement, as_rows, fetch_each, fetch_one, write_together
from models.database.statements import counted
from models.database.transaction import bare_transaction
from tests import make
from tests.databases import ON_POSTGRES

KINDS = {"code": "text", "rank": "bigint", "tier_id": "bigint", "now": "timestamptz", "body": "text"}
EVENTS = Rows("events", (("kind", "text"), ("tries", "bigint"), ("fails", "boolean")))
TIER = Statement(
    "tier",
    "INSERT INTO tier (created_at, code, rank, name_zh, name_en) VALUES (:now, :code, :rank, '', '') RETURNING id",
    KINDS,
    gives="tier_id",
)
TOLD = Statement(
    "outbox_event",
    """
    INSERT INTO outbox_event (created_at, kind, body, tries)
    SELECT :now, events.kind, 'Tier:' || :tier_id, events.tries FROM {events} WHERE NOT events.fails
    """,
    KINDS,
    (EVENTS,),
)
READ = Statement("tier", "SELECT id, rank FROM tier WHERE code = :code", KINDS)
VALUES = {
    "now": make.NOON,
    "code": "GOLD",
    "rank": 7,
    "events": as_rows([{"kind": "A", "tries": 1, "fails": False}, {"kind": "B", "tries": 2, "fails": True}]),
}


async def test_later_statements_know_the_ids_that_earlier_ones_give(db):
    async with bare_transaction() as connection:
        with counted() as statements:
            ids = await write_together(connection, (TIER, TOLD), VALUES)
    tier = await Tier.get(code="GOLD")
    assert ids == {"tier_id": tier.id}
    assert tier.created_at == make.NOON
    (event,) = await OutboxEvent.all()
    assert (event.kind, event.body, event.tries) == ("A", f"Tier:{tier.id}", 1)
    assert len(statements) == (1 if ON_POSTGRES else 2)


async def test_a_read_gives_the_first_row_or_none(db):
    connection = get_connection("default")
    assert await fetch_one(connection, READ, {"code": "GOLD"}) is None
    basic = await Tier.get(code="BASIC")
    assert await fetch_each(connection, (READ, READ), {"code": "BASIC"}) == [{"id": basic.id, "rank": 1}] * 2


async def test_a_statement_that_fails_takes_the_others_along_and_says_so_in_the_orms_words(db):
    before = await make.everything()
    with pytest.raises(IntegrityError):
        async with bare_transaction() as connection:
            await write_together(connection, (TIER, TOLD), {**VALUES, "code": "BASIC"})
    with pytest.raises(OperationalError):
        async with bare_transaction() as connection:
            await write_together(connection, (TIER, Statement("none", "DELETE FROM nowhere", KINDS)), VALUES)
    assert await make.everything() == before


class CountingQueue:
    """What the driver's thread is handed, counted."""

    def __init__(self, queue) -> None:
        self.queue, self.jobs = queue, 0

    def put_nowait(self, job) -> None:
        self.jobs += 1
        self.queue.put_nowait(job)


@pytest.mark.skipif(ON_POSTGRES, reason="a way of SQLite's")
async def test_on_sqlite_all_of_them_are_one_job_of_the_drivers_thread(db):
    async with bare_transaction() as connection:
        queue = connection._connection._tx
        counting = CountingQueue(queue)
        connection._connection._tx = counting
        await write_together(connection, (TIER, TOLD), VALUES)
        connection._connection._tx = queue
    assert counting.jobs == 1


def test_what_sqlite_is_asked_it_can_do():
    assert sqlite3.sqlite_version_info >= (3, 38), "UPDATE … FROM, RETURNING and ->> are needed"
