"""What the crowd was told, and wants to be told."""

from datetime import timedelta
from decimal import Decimal

import models
from models import Viewer
from models.database import transaction
from notifications import outbox
from notifications.notifications.reminders import InstallmentDueSoon
from resolvers.notifications import own_reminders, reminders
from rules.money import Money
from rules.notifications.deliveries import DeliveryReason, DeliveryState
from tests import make


async def tell(customer_id: int) -> None:
    """Remind somebody of what is due; it was sent with trouble, and opened. He puts it off, and sets one of his own."""
    borrower, soon = await make.viewer_of(customer_id), make.clock.now() + timedelta(days=2)
    due_on = make.clock.today() + timedelta(days=3)
    event = InstallmentDueSoon(customer_id=customer_id, due_on=due_on, days=3, amounts=(Money(Decimal(1), "CNY"),))
    async with transaction(make.system(), "remind"):
        await outbox.record(event)
    await make.deliver()
    reminded = await models.Notification.get(customer_id=customer_id, kind=event.kind)
    await own_reminders.snooze(borrower, notification_id=reminded.id, until=soon)
    await own_reminders.set_own(borrower, note="妈妈生日", remind_at=soon)
    sent = {
        "state": DeliveryState.OPENED,
        "reason": DeliveryReason.TROUBLE,
        "detail": "UNAVAILABLE",
        "opened_at": make.clock.now(),
    }
    await models.Delivery.filter(notification_id=reminded.id).update(**sent)


async def set_up(boss: Viewer, product: models.Product) -> None:
    """A plan of reminders, and a message that could not be told and was told again."""
    await reminders.set_plan(boss, product_id=product.id, days=[-7, 0], version=0)
    event = await models.OutboxEvent.all().order_by("id").first()
    assert event is not None
    async with transaction(make.system(), "bury"):
        await models.DeadLetter.create(
            event_id=event.id, kind=event.kind, problem="PUSH says: BAD", is_open=False, replayed_at=make.clock.now()
        )
