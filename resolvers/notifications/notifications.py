"""The inbox."""

from models import Customer, Notification, Viewer
from models.database import transaction
from resolvers.notifications.deliveries import mark_opened
from rules.errors import NotFound


async def read_notifications(viewer: Viewer, up_to_id: int) -> Customer:
    """Mark a notification, and all older ones of the same customer, as read; reading twice changes nothing."""
    async with transaction(viewer, "read_notifications") as unit:
        own = Notification.visible_to(viewer).filter(customer_id=viewer.customer_id)
        if not await own.filter(id=up_to_id).exists():
            raise NotFound
        unread = own.filter(id__lte=up_to_id, is_read=False)
        await mark_opened(await unread.values_list("id", flat=True), unit.now)
        await unread.update(is_read=True, read_at=unit.now)
        customer = await Customer.visible_to(viewer).get(id=viewer.customer_id)
        unit.subject = customer
        return customer
