"""The relay: what happened is told once, into the inbox and on every way out, by whichever process is first."""

import asyncio
import io

import pytest

import notifications
from models import Customer, DeadLetter, Delivery, Notification, OutboxEvent
from models.database import transaction
from notifications import NotificationSettings, outbox
from notifications.channels.console import Console
from notifications.loyalty.points import PointsEarned
from resolvers.notifications import relay
from resolvers.notifications.relay import deliver_due
from rules.notifications.deliveries import DeliveryReason, DeliveryState
from tests import make


@pytest.fixture(autouse=True)
def _as_usual():
    before = notifications.configured()
    yield
    notifications.configure(before)


async def recorded(customer: Customer, count: int = 1) -> list[OutboxEvent]:
    """Record events of a customer's, 1, 2, 3 … points."""
    async with transaction(make.viewer(customer), "earn"):
        for points in range(1, count + 1):
            await outbox.record(PointsEarned(customer_id=customer.id, points=points))
    return await OutboxEvent.all().order_by("id")


async def test_an_event_waits_in_the_inbox_and_is_done(db: str):
    customer = await make.customer()
    (event,) = await recorded(customer)
    assert await deliver_due(make.clock) == 1
    notification = await Notification.get()
    assert (notification.customer_id, notification.event_id) == (customer.id, event.id)
    assert (notification.kind, notification.body, notification.is_read) == (event.kind, event.body, False)
    assert notification.created_at == make.clock.now()
    done = await OutboxEvent.get()
    assert (done.delivered_at, done.leased_until, done.tries) == (make.clock.now(), None, 1)
    assert await deliver_due(make.clock) == 0


async def test_events_are_told_in_the_order_in_which_they_happened(db: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(relay, "BATCH", 10)
    events = await recorded(await make.customer(), 25)
    assert await deliver_due(make.clock) == 25
    assert [each.event_id for each in await Notification.all().order_by("id")] == [event.id for event in events]


async def test_an_event_that_a_process_of_before_left_half_told_is_told_once(db: str):
    (event,) = await recorded(await make.customer())
    assert await deliver_due(make.clock) == 1
    await OutboxEvent.filter(id=event.id).update(delivered_at=None)
    assert await deliver_due(make.clock) == 1
    assert await Notification.all().count() == 1
    assert await Delivery.all().count() == 1


async def test_a_relay_that_dies_has_told_nothing(db: str, monkeypatch: pytest.MonkeyPatch):
    await recorded(await make.customer(), 3)
    with monkeypatch.context() as dying:
        dying.setattr(relay, "write_together", _die)
        with pytest.raises(asyncio.CancelledError):
            await deliver_due(make.clock)
    assert not await Notification.exists()
    assert await OutboxEvent.filter(delivered_at__isnull=True, tries=0).count() == 3
    assert await deliver_due(make.clock) == 3, "nobody has to wait for a lease"


async def _die(*_: object) -> None:
    raise asyncio.CancelledError


async def test_relays_at_once_share_the_work(db: str):
    await recorded(await make.customer(), 20)
    assert sum(await asyncio.gather(*(deliver_due(make.clock) for _ in range(4)))) == 20
    assert await Notification.all().count() == 20
    assert await OutboxEvent.filter(delivered_at__isnull=False, tries=1).count() == 20


@pytest.mark.parametrize(("column", "poison"), [("body", "nonsense"), ("body", "{}"), ("kind", "LoanForgotten")])
async def test_a_poisoned_event_blocks_no_other(db: str, column: str, poison: str):
    events = await recorded(await make.customer(), 3)
    await OutboxEvent.filter(id=events[0].id).update(**{column: poison})
    assert await deliver_due(make.clock) == 2
    poisoned = await OutboxEvent.get(id=events[0].id)
    assert (poisoned.delivered_at, poisoned.tries) == (None, 1)
    assert await Notification.all().count() == 2


async def test_a_poisoned_event_waits_longer_each_time_and_lies_with_the_dead_letters_once(db: str):
    (event,) = await recorded(await make.customer())
    await OutboxEvent.filter(id=event.id).update(body="nonsense")
    waits = []
    for _ in range(12):
        assert await deliver_due(make.clock) == 0
        assert await deliver_due(make.clock) == 0, "not again at once"
        until = (await OutboxEvent.get()).leased_until
        assert until is not None
        waits.append(int((until - make.clock.now()).total_seconds()))
        make.clock.moment = until
        assert await DeadLetter.all().count() == (len(waits) >= relay.DEAD_AFTER_TRIES)
    assert waits[:4] == [10, 20, 40, 80]
    assert waits[-1] == relay.LONGEST_WAIT_SECONDS
    assert (await DeadLetter.get()).event_id == event.id


async def test_without_an_address_it_is_said_why_no_push_went(db: str):
    customer = await make.customer()
    await recorded(customer)
    await deliver_due(make.clock)
    delivery = await Delivery.get()
    assert (delivery.customer_id, delivery.target, delivery.lane) == (customer.id, "push", None)
    assert (delivery.state, delivery.reason) == (DeliveryState.SKIPPED, DeliveryReason.NO_ADDRESS)
    assert delivery.settled_at == make.clock.now()


async def test_the_console_shows_what_was_told_after_the_commit(db: str):
    out = io.StringIO()
    notifications.configure(NotificationSettings(console=Console(out)))
    await recorded(await make.customer(), 2)
    await deliver_due(make.clock)
    assert len(out.getvalue().splitlines()) == 2
