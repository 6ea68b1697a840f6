"""A message that was sent to somebody, for links that name it."""

from datetime import timedelta

from models import Customer, Delivery, Notification, OutboxEvent
from rules.notifications.classes import Category, MessageChannel, MessageClass
from rules.notifications.deliveries import DeliveryState
from tests import make


async def offer(customer: Customer, channel: MessageChannel = MessageChannel.SMS) -> Delivery:
    """An offer that its carrier took."""
    async with make.unit() as unit:
        event = await OutboxEvent.create(kind="Offered", body="{}", customer_id=customer.id, delivered_at=unit.now)
        notification = await Notification.create(event_id=event.id, customer_id=customer.id, kind="Offered", body="{}")
        return await Delivery.create(
            customer_id=customer.id,
            notification_id=notification.id,
            kind="Offered",
            message_class=MessageClass.PROMOTION,
            category=Category.OFFER,
            channel=channel,
            target=channel.value.lower(),
            state=DeliveryState.ACCEPTED,
            due_at=unit.now,
            expires_at=unit.now + timedelta(hours=12),
            settled_at=unit.now,
            tag="offer",
        )
