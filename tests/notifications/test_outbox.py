"""The outbox: told if it happened, at least once, and by whom does not matter."""

import asyncio
from datetime import timedelta

import pytest

from models import Customer, Notification, OutboxEvent
from models.database import transaction
from notifications import outbox
from notifications.channels import Delivery
from notifications.channels.inbox import InboxChannel
from notifications.loyalty.points import PointsEarned
from notifications.outbox import LEASE, deliver_due
from tests import make

INBOX = InboxChannel()


class FailingChannel:
    """Fails as often as it is told to, and counts how often it was asked."""

    def __init__(self, failures: int = 1_000_000) -> None:
        self.failures = failures
        self.asked = 0

    async def deliver(self, delivery: Delivery) -> None:
        self.asked += 1
        if self.asked <= self.failures:
            raise OSError("no line")


class DyingChannel:
    """Dies, as a process does, where the event has reached the channels before it."""

    async def deliver(self, delivery: Delivery) -> None:
        raise asyncio.CancelledError


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


async def test_a_relay_without_channels_is_our_mistake(db: str):
    with pytest.raises(AssertionError, match="channel"):
        await deliver_due(make.clock, [])


async def test_a_delivered_event_waits_in_the_inbox_and_is_done(db: str):
    customer = await make.customer()
    (event,) = await recorded(customer)
    assert await deliver_due(make.clock, [INBOX]) == 1
    notification = await Notification.get()
    assert (notification.customer_id, notification.event_id) == (customer.id, event.id)
    assert (notification.kind, notification.body, notification.is_read) == (event.kind, event.body, False)
    done = await OutboxEvent.get()
    assert (done.delivered_at, done.leased_until, done.tries) == (make.clock.now(), None, 1)
    assert await deliver_due(make.clock, [INBOX]) == 0


async def test_events_are_told_in_the_order_in_which_they_happened(db: str):
    customer = await make.customer()
    events = await recorded(customer, outbox.BATCH + 5)
    assert await deliver_due(make.clock, [INBOX]) == outbox.BATCH + 5
    assert [each.event_id for each in await Notification.all().order_by("id")] == [event.id for event in events]


async def test_delivered_twice_is_told_once(db: str):
    (event,) = await recorded(await make.customer())
    assert await deliver_due(make.clock, [INBOX]) == 1
    await OutboxEvent.filter(id=event.id).update(delivered_at=None)
    assert await deliver_due(make.clock, [INBOX]) == 1
    assert await Notification.all().count() == 1


async def test_a_crash_between_delivering_and_marking_tells_once(db: str):
    (event,) = await recorded(await make.customer())
    with pytest.raises(asyncio.CancelledError):
        await deliver_due(make.clock, [INBOX, DyingChannel()])
    assert await Notification.all().count() == 1
    assert (await OutboxEvent.get(id=event.id)).delivered_at is None
    assert await deliver_due(make.clock, [INBOX]) == 0, "its lease still runs"
    make.clock.moment += LEASE
    assert await deliver_due(make.clock, [INBOX]) == 1
    assert await Notification.all().count() == 1


async def test_relays_at_once_share_the_work(db: str):
    await recorded(await make.customer(), 20)
    counting = FailingChannel(failures=0)
    delivered = await asyncio.gather(*(deliver_due(make.clock, [counting, INBOX]) for _ in range(4)))
    assert sum(delivered) == 20
    assert counting.asked == 20, "an event was taken by two relays"
    assert await Notification.all().count() == 20
    assert await OutboxEvent.filter(delivered_at__isnull=False, tries=1).count() == 20


async def test_one_event_delivered_by_many_at_once_is_told_once(db: str):
    customer = await make.customer()
    (event,) = await recorded(customer)
    delivery = Delivery(event.id, PointsEarned(customer_id=customer.id, points=1), make.system())
    await asyncio.gather(*(INBOX.deliver(delivery) for _ in range(10)))
    assert await Notification.all().count() == 1


async def test_what_cannot_be_kept_is_not_taken_for_delivered(db: str):
    """Only the notification that is there already excuses a violated constraint."""
    (event,) = await recorded(await make.customer())
    delivery = Delivery(event.id, PointsEarned(customer_id=4_000_000, points=1), make.system())
    with pytest.raises(Exception, match=r"(?i)foreign key"):
        await INBOX.deliver(delivery)
    assert not await Notification.exists()


@pytest.mark.parametrize(("column", "poison"), [("body", "nonsense"), ("body", "{}"), ("kind", "LoanForgotten")])
async def test_a_poisoned_event_blocks_no_other(db: str, column: str, poison: str):
    events = await recorded(await make.customer(), 3)
    await OutboxEvent.filter(id=events[0].id).update(**{column: poison})
    assert await deliver_due(make.clock, [INBOX]) == 2
    poisoned = await OutboxEvent.get(id=events[0].id)
    assert (poisoned.delivered_at, poisoned.tries) == (None, 1)
    assert await Notification.all().count() == 2


async def test_a_failed_event_waits_longer_each_time(db: str):
    await recorded(await make.customer())
    broken = FailingChannel()
    waits = []
    for _ in range(12):
        assert await deliver_due(make.clock, [broken]) == 0
        assert await deliver_due(make.clock, [broken]) == 0, "not again at once"
        until = (await OutboxEvent.get()).leased_until
        assert until is not None
        waits.append(int((until - make.clock.now()).total_seconds()))
        make.clock.moment = until
    assert waits[:4] == [10, 20, 40, 80]
    assert waits[-1] == outbox.LONGEST_WAIT_SECONDS
    assert broken.asked == 12


async def test_a_channel_that_fails_does_not_keep_events_from_the_others(db: str):
    await recorded(await make.customer())
    broken = FailingChannel(failures=1)
    assert await deliver_due(make.clock, [broken, INBOX]) == 0
    assert await Notification.all().count() == 1
    make.clock.moment += timedelta(seconds=outbox.SHORTEST_WAIT_SECONDS)
    assert await deliver_due(make.clock, [broken, INBOX]) == 1
    assert broken.asked == 2
    assert await Notification.all().count() == 1
