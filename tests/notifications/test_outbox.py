"""The outbox: an event is recorded with what happened, and once where it may be told once only."""

import pytest

from models import Customer, Notification, OutboxEvent
from models.database import transaction
from notifications import outbox
from notifications.loyalty.points import PointsEarned
from tests import make


async def recorded(customer: Customer, count: int = 1) -> list[OutboxEvent]:
    """Record events of a customer's, 1, 2, 3 … points."""
    async with transaction(make.viewer(customer), "earn"):
        for points in range(1, count + 1):
            await outbox.record(PointsEarned(customer_id=customer.id, points=points))
    return await OutboxEvent.all().order_by("id")


async def test_an_event_is_recorded_with_what_happened_or_not_at_all(db: str):
    customer = await make.customer()

    async def earn_and_fail() -> None:
        async with transaction(make.viewer(customer), "earn"):
            await outbox.record(PointsEarned(customer_id=customer.id, points=1))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await earn_and_fail()
    assert not await OutboxEvent.exists()
    (event,) = await recorded(customer)
    assert (event.kind, event.customer_id, event.delivered_at) == ("PointsEarned", customer.id, None)
    assert not await Notification.exists(), "nobody is told inside the transaction"


async def test_an_event_outside_a_unit_of_work_is_our_mistake(db: str):
    customer = await make.customer()
    with pytest.raises(AssertionError, match="inside"):
        await outbox.record(PointsEarned(customer_id=customer.id, points=1))
    assert not await OutboxEvent.exists()


async def test_what_may_be_told_once_is_recorded_once(db: str):
    customer = await make.customer()
    both = [(PointsEarned(customer_id=customer.id, points=points), f"points:{points}") for points in (1, 2)]
    async with transaction(make.system(), "remind"):
        assert await outbox.record_once(both) == 2
        assert await outbox.record_once(both) == 0
    assert [event.once_key for event in await OutboxEvent.all().order_by("id")] == ["points:1", "points:2"]
    assert {event.created_at for event in await OutboxEvent.all()} == {make.clock.now()}
