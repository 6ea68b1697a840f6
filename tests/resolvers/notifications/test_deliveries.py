"""What became of messages: opened, acted upon, and counted by kind and way."""

import pytest

from models import Delivery, Notification
from models.database import transaction
from notifications import outbox
from notifications.loyalty.points import PointsEarned
from resolvers.notifications import deliveries, notifications
from resolvers.notifications.deliveries import ReasonCount
from rules.errors import NotFound
from rules.notifications.classes import MessageChannel
from rules.notifications.deliveries import DeliveryReason, DeliveryState
from tests import make


@pytest.fixture
async def viewer(db):
    """A customer who was told of points; the push was accepted."""
    customer = await make.customer()
    async with transaction(make.system(), "tell"):
        await outbox.record(PointsEarned(customer_id=customer.id, points=5))
    await make.deliver()
    await Delivery.all().update(state=DeliveryState.ACCEPTED, reason=None)
    return await make.signed_in(customer)


async def test_what_was_tapped_is_read_and_what_was_done_is_acted_upon(viewer):
    told = await Notification.get()
    seen = await deliveries.report_opened(viewer, notification_id=told.id, has_acted=False)
    assert (seen.is_read, seen.read_at) == (True, make.clock.now())
    assert (await Delivery.get()).state is DeliveryState.OPENED
    await deliveries.report_opened(viewer, notification_id=told.id, has_acted=True)
    delivery = await Delivery.get()
    assert (delivery.state, delivery.opened_at) == (DeliveryState.ACTED, make.clock.now())
    await deliveries.report_opened(viewer, notification_id=told.id, has_acted=False)
    assert (await Delivery.get()).state is DeliveryState.ACTED, "what was done stays done"


async def test_what_was_read_in_the_inbox_was_seen(viewer):
    await notifications.read_notifications(viewer, up_to_id=(await Notification.get()).id)
    assert (await Delivery.get()).state is DeliveryState.OPENED


async def test_another_customers_message_is_not_there(viewer):
    stranger = await make.signed_in(await make.customer())
    before = await make.everything()
    with pytest.raises(NotFound):
        await deliveries.report_opened(stranger, notification_id=(await Notification.get()).id, has_acted=True)
    assert await make.everything() == before


async def test_each_message_is_counted_once_where_it_is_now(viewer):
    other = await make.customer()
    async with transaction(make.system(), "tell"):
        await outbox.record(PointsEarned(customer_id=other.id, points=5))
    await make.deliver()
    today = make.clock.today()
    (row,) = (await deliveries.funnel(make.system(), first_day=today, last_day=today)).rows
    assert (row.kind, row.channel) == ("PointsEarned", MessageChannel.PUSH)
    assert (row.queued, row.accepted, row.opened, row.acted, row.failed, row.skipped) == (0, 1, 0, 0, 0, 1)
    assert row.reasons == (ReasonCount(DeliveryReason.NO_ADDRESS, 1),)
    after = today.replace(day=today.day + 1)
    assert (await deliveries.funnel(make.system(), first_day=after, last_day=after)).rows == ()
