"""Reminders that customers set themselves, or put off."""

from datetime import date, datetime

from models import Clock, Installment, Notification, OwnReminder, Viewer
from models.database import locked, transaction
from notifications import outbox
from notifications.events import read_event
from notifications.notifications.reminders import OwnReminderCame
from resolvers.people.customers import lock_customer
from rules.errors import NotFound
from rules.notifications.reminders import (
    LONGEST_SNOOZE,
    MOST_OWN_REMINDERS,
    NotAReminder,
    TooManyReminders,
    check_ahead,
)

BATCH = 500


async def choose_own(clock: Clock) -> int:
    """Tell some of the reminders that customers set themselves and that have come; gives how many."""
    if not await OwnReminder.exists(is_active=True, remind_at__lte=clock.now()):
        return 0
    async with transaction(Viewer.house(clock), "choose_own_reminders") as unit:
        come = OwnReminder.filter(is_active=True, remind_at__lte=unit.now).order_by("remind_at", "id")
        reminders = await come.limit(BATCH).select_for_update(skip_locked=True, no_key=True)
        for reminder in reminders:
            event = OwnReminderCame(
                customer_id=reminder.customer_id, reminder_id=reminder.id, due_on=reminder.about_due_on
            )
            if reminder.about_due_on is None or await _is_open(reminder.customer_id, reminder.about_due_on):
                await outbox.record(event)
        await OwnReminder.filter(id__in=[reminder.id for reminder in reminders]).update(is_active=False)
    return len(reminders)


async def _is_open(customer_id: int, due_on: date) -> bool:
    return await Installment.filter(customer_id=customer_id, due_on=due_on, is_open=True).exists()


async def set_own(viewer: Viewer, *, note: str, remind_at: datetime) -> OwnReminder:
    """Have the customer reminded of something in his own words. Raises `ReminderInPast`, `TooManyReminders`."""
    async with transaction(viewer, "set_reminder") as unit:
        customer = await lock_customer(viewer)
        check_ahead(remind_at, unit.now)
        await _check_count(customer.id)
        unit.subject = reminder = await OwnReminder.create(customer_id=customer.id, note=note, remind_at=remind_at)
        return reminder


async def snooze(viewer: Viewer, *, notification_id: int, until: datetime) -> OwnReminder:
    """Remind once more, later, of something of ours that is due; putting it off again moves it.

    Raises `NotFound`, `NotAReminder`, `ReminderInPast`, `TooManyReminders`.
    """
    async with transaction(viewer, "snooze_notification") as unit:
        customer = await lock_customer(viewer)
        notification = await Notification.visible_to(viewer).get_or_none(id=notification_id)
        if notification is None:
            raise NotFound
        event = read_event(notification.kind, notification.body)
        if event.about_due_on is None:
            raise NotAReminder
        check_ahead(until, unit.now, LONGEST_SNOOZE)
        waiting = OwnReminder.filter(notification_id=notification_id, is_active=True)
        known = await waiting.select_for_update(no_key=True).first()
        if known is not None:
            known.remind_at = until
            await known.save(update_fields=["remind_at"])
        else:
            await _check_count(customer.id)
            known = await OwnReminder.create(
                customer_id=customer.id,
                notification_id=notification_id,
                about_due_on=event.about_due_on,
                remind_at=until,
            )
        unit.subject = known
        return known


async def _check_count(customer_id: int) -> None:
    if await OwnReminder.filter(customer_id=customer_id, is_active=True).count() >= MOST_OWN_REMINDERS:
        raise TooManyReminders(most=MOST_OWN_REMINDERS)


async def take_back(viewer: Viewer, *, reminder_id: int) -> OwnReminder:
    """Forget a reminder; one that was told or taken back stays so. Raises `NotFound`."""
    async with transaction(viewer, "take_back_reminder"):
        reminder = await locked(OwnReminder, viewer, reminder_id)
        reminder.is_active = False
        await reminder.save(update_fields=["is_active"])
        return reminder
