"""What is asked twice under one key is done once."""

import asyncio
from datetime import date, timedelta
from decimal import Decimal

import pytest

from models import AuditEntry, BankAccount, IdempotencyKey, OutboxEvent, Secret
from models.database.statements import counted
from resolvers import keys
from rules.errors import KeyReused
from tests import make


@pytest.fixture
async def viewer(db):
    return make.viewer(await make.customer())


async def add(viewer, key, *arguments, pause=0.0, number="6222021234567890128"):
    """Something to be done once: adds an account that could be added any number of times."""
    async with keys.once(BankAccount, viewer, "add", key, *arguments) as kept:
        if kept.is_new:
            await asyncio.sleep(pause)
            count = await BankAccount.all().count()
            kept.keep(
                await BankAccount.create(
                    customer_id=viewer.customer_id, bank="工商银行", number=Secret(f"{number}{count}")
                )
            )
    return kept


async def test_the_same_key_gives_the_same_row_again(viewer):
    first = await add(viewer, "tap", 1, "x")
    make.clock.moment += timedelta(days=1)
    again = await add(viewer, "tap", 1, "x")
    assert (first.is_new, again.is_new) == (True, False)
    assert first.result.id == again.result.id
    assert await BankAccount.all().count() == 1
    assert (first.now, again.now) == (make.NOON, make.NOON + timedelta(days=1))


async def test_a_repeat_locks_writes_and_audits_nothing(viewer):
    await add(viewer, "tap")
    before = await make.everything()
    with counted() as statements:
        await add(viewer, "tap")
    assert len(statements) == 2
    assert all(statement.startswith("SELECT") for statement in statements)
    assert await make.everything() == before


@pytest.mark.parametrize("arguments", [(2, "x"), (1, "y"), (1,), (1, "x", None), ("1", "x")])
async def test_the_same_key_for_something_else_is_refused(viewer, arguments):
    await add(viewer, "tap", 1, "x")
    before = await make.everything()
    with pytest.raises(KeyReused):
        await add(viewer, "tap", *arguments)
    assert await make.everything() == before


async def test_equal_arguments_are_the_same_however_they_are_written(viewer):
    await add(viewer, "tap", Decimal("5.00"), date(2026, 3, 16))
    assert not (await add(viewer, "tap", Decimal(5), date(2026, 3, 16))).is_new


async def test_keys_belong_to_one_person_and_one_operation(viewer):
    other = make.viewer(await make.customer())
    assert (await add(viewer, "tap")).is_new
    assert (await add(other, "tap")).is_new
    async with keys.once(OutboxEvent, make.system(), "add", "tap") as kept:
        assert kept.is_new
        kept.keep(await OutboxEvent.create(kind="Test", body="{}"))
    async with keys.once(BankAccount, viewer, "add_again", "tap") as kept:
        assert kept.is_new
        kept.keep(await BankAccount.get(customer_id=viewer.customer_id))


async def test_when_an_error_leaves_it_nothing_stays_and_it_can_be_tried_again(viewer):
    before = await make.everything()
    with pytest.raises(ZeroDivisionError):
        async with keys.once(BankAccount, viewer, "add", "tap"):
            await BankAccount.create(customer_id=viewer.customer_id, bank="工商银行", number=Secret("6222"))
            raise ZeroDivisionError
    with pytest.raises(AssertionError, match=r"kept\.keep"):
        async with keys.once(BankAccount, viewer, "add", "tap"):
            await BankAccount.create(customer_id=viewer.customer_id, bank="工商银行", number=Secret("6222"))
    assert await make.everything() == before
    assert (await add(viewer, "tap")).is_new


async def test_when_it_is_cancelled_nothing_stays_and_it_can_be_tried_again(viewer):
    before = await make.everything()
    task = asyncio.create_task(add(viewer, "tap", pause=30))
    await asyncio.sleep(0.05)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await make.everything() == before
    assert (await add(viewer, "tap")).is_new


async def test_of_thirty_at_once_one_does_it_and_all_read_his_row(viewer):
    all_kept = await asyncio.gather(*(add(viewer, "tap", 1, pause=0.01) for _ in range(30)))
    assert sum(kept.is_new for kept in all_kept) == 1
    assert len({kept.result.id for kept in all_kept}) == 1
    assert await BankAccount.all().count() == 1
    assert await IdempotencyKey.all().count() == 1
    assert await AuditEntry.filter(operation="add").count() == 1


async def test_if_the_first_of_two_fails_the_second_does_it(viewer):
    async def fail() -> None:
        async with keys.once(BankAccount, viewer, "add", "tap"):
            await asyncio.sleep(0.05)
            raise ZeroDivisionError

    first = asyncio.create_task(fail())
    await asyncio.sleep(0.01)
    second = await add(viewer, "tap")
    with pytest.raises(ZeroDivisionError):
        await first
    assert second.is_new
    assert (await IdempotencyKey.get()).result_number == second.result.id


async def test_nobody_in_particular_has_no_keys(db):
    with pytest.raises(AssertionError, match="belongs to somebody"):
        async with keys.once(BankAccount, make.visitor(), "add", "tap"):
            pass
