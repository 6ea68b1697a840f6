"""Reminders: what a customer wants to be reminded of, and on which days the borrowers of a product are."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

import models
from resolvers.notifications import own_reminders, reminders
from rules.notifications.reminders import (
    FIRST_DAY,
    LAST_DAY,
    NotAReminder,
    PlanMalformed,
    ReminderInPast,
    TooManyReminders,
)
from rules.people.access import AUDITORS, CUSTOMERS, IN_CHARGE, MANAGERS, OWNER
from rules.people.masks import hidden
from schema.context import Info
from schema.declarations import (
    Connection,
    Input,
    Node,
    computed,
    connection,
    id_of,
    input,
    masked,
    mutation,
    node,
    relation,
    root,
    text,
    whole,
    wholes,
)

if TYPE_CHECKING:
    from schema.notifications.notifications import Notification
    from schema.products.products import Product


@node(models.OwnReminder)
class OwnReminder(Node):
    """A reminder that a customer set himself, or put off."""

    note: str | None = masked(hidden, clear_to=OWNER)
    """His own words; null where he put one of ours off."""
    notification: Notification | None = relation("notification_id")
    """What he put off; null for a reminder of his own."""
    about_due_on: date | None
    """The due day it reminds of: once nothing of that day is open, nobody is reminded. Null for a reminder of his own."""
    remind_at: datetime
    """When he is reminded; an hour that is not for reminders is waited for."""
    is_active: bool
    """False once he was reminded, or took it back."""
    created_at: datetime
    """When he set it."""


@input
class SetReminderInput(Input):
    """Of what, and when."""

    note: str = text(1, 200)
    """In your own words; nobody else reads them."""
    remind_at: datetime
    """Within a year from now."""


@mutation(allow=CUSTOMERS, refusals=(ReminderInPast, TooManyReminders))
async def set_reminder(info: Info, input: SetReminderInput) -> models.OwnReminder:
    """Be reminded of something of your own."""
    return await own_reminders.set_own(info.context.viewer, **input.values())


@input
class SnoozeNotificationInput(Input):
    """Which, and until when."""

    notification_id: int = id_of(models.Notification)
    """A reminder of something that is due."""
    until: datetime
    """Within thirty days from now."""


@mutation(allow=CUSTOMERS, refusals=(NotAReminder, ReminderInPast, TooManyReminders))
async def snooze_notification(info: Info, input: SnoozeNotificationInput) -> models.OwnReminder:
    """Be reminded once more, later, unless it is paid by then; what is due stays due."""
    return await own_reminders.snooze(info.context.viewer, **input.values())


@input
class TakeBackReminderInput(Input):
    """Which."""

    reminder_id: int = id_of(models.OwnReminder)
    """One of yours."""


@mutation(allow=CUSTOMERS)
async def take_back_reminder(info: Info, input: TakeBackReminderInput) -> models.OwnReminder:
    """Be reminded of it no more."""
    return await own_reminders.take_back(info.context.viewer, **input.values())


@node(models.ReminderPlan)
class ReminderPlan(Node):
    """On which days the borrowers of a product are reminded of what is due."""

    product: Product = relation("product_id")
    """Of which."""
    days: list[int] = computed(reminders.read_days, "days")
    """Days after the due day, those before it negative; empty where nobody is reminded."""
    version: int
    """Counts the changes of the plan."""
    created_at: datetime
    """When the first plan of the product was made."""


@root
class ReminderPlanRoot:
    reminder_plans: Connection[ReminderPlan] = connection(allow=IN_CHARGE | AUDITORS)
    """The products that have a plan of their own; the others: 7, 3 and 1 days before, the day itself, and 1, 3, 7, 15 after."""


@input
class SetReminderPlanInput(Input):
    """For which product, and when."""

    product_id: int = id_of(models.Product)
    """Whose borrowers are reminded."""
    days: list[int] = wholes(FIRST_DAY, LAST_DAY)
    """Days after the due day, those before it negative, the earliest first; an empty list for none at all."""
    version: int = whole(0, 1_000_000)
    """The one you read; 0 where the product has no plan yet."""


@mutation(allow=MANAGERS, refusals=(PlanMalformed,))
async def set_reminder_plan(info: Info, input: SetReminderPlanInput) -> models.ReminderPlan:
    """Say on which days the borrowers of a product are reminded; it holds from the next day on that is chosen."""
    return await reminders.set_plan(info.context.viewer, **input.values())
