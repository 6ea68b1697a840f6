"""The inbox in the app."""

from functools import partial

from tortoise.exceptions import IntegrityError

from models import Notification
from models.database import transaction
from notifications import live
from notifications.channels import Delivery


class InboxChannel:
    """Puts an event into its customer's inbox: one row an event, however often it is delivered. Who watches it is told."""

    async def deliver(self, delivery: Delivery) -> None:
        if await Notification.exists(event_id=delivery.event_id):
            return
        event = delivery.event
        try:
            async with transaction(delivery.viewer, "deliver") as unit:
                unit.afterwards.append(partial(live.wake, "inbox", (event.customer_id,)))
                unit.subject = await Notification.create(
                    customer_id=event.customer_id, event_id=delivery.event_id, kind=event.kind, body=event.to_json()
                )
        except IntegrityError:
            if not await Notification.exists(event_id=delivery.event_id):
                raise  # Else another relay put it there at this moment.
