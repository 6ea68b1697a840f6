"""What a customer wants to be told by which way, and when not."""

from __future__ import annotations

from datetime import time

import models
from resolvers.notifications import choices
from rules.notifications.classes import Category, MessageChannel
from rules.notifications.consents import ConsentNeeded
from rules.notifications.hours import (
    QuietHoursEmpty,
    QuietHoursTooLong,
    ZoneChangedLately,
    ZoneUnknown,
    at_minute,
)
from rules.notifications.preferences import DutyCannotBeSilenced
from rules.people.access import AUDITORS, CUSTOMERS, IN_CHARGE
from schema.context import Info
from schema.declarations import Input, Node, computed, id_of, input, mutation, node, query, text, value, whole


@node(models.NotificationSetting)
class NotificationSetting(Node):
    """A customer's own clock and quiet hours. Security and payments are told at any hour all the same."""

    quiet_from: time = computed(at_minute, "quiet_from")
    """When quiet hours begin, on his clock."""
    quiet_to: time = computed(at_minute, "quiet_to")
    """When they end; earlier than they begin where they go over midnight."""
    zone: str
    """Where his clock hangs, by the IANA database, such as Asia/Urumqi."""
    version: int
    """Counts the changes."""


@value(choices.CategoryChoice)
class CategoryChoice:
    """One category of messages by one way. The inbox always has everything."""

    category: Category
    """What it is about."""
    channel: MessageChannel
    """By which way."""
    is_on: bool
    """Whether he is told by this way, as far as it is up to him."""
    is_locked: bool
    """True where it cannot be switched off: it is the last way that is noticed of something he must be told."""
    needs_consent: bool
    """True where consent to marketing by this way is missing, withdrawn or too old: it has to be given first."""


@value(choices.NotificationChoices)
class NotificationChoices:
    """All that a customer chose, and what holds where he did not."""

    preferences: list[CategoryChoice]
    """Every category by every way."""
    quiet_from: time
    """When quiet hours begin, on his clock."""
    quiet_to: time
    """When they end."""
    zone: str
    """Where his clock hangs, by the IANA database."""
    version: int
    """Send it with the next choice of quiet hours; 0 where he has not chosen any."""


@input
class NotificationChoicesInput(Input):
    """Whose choices."""

    customer_id: int = id_of(models.Customer)
    """Yourself, or somebody you look after."""


@query(allow=CUSTOMERS | IN_CHARGE | AUDITORS)
async def notification_choices(info: Info, input: NotificationChoicesInput) -> choices.NotificationChoices:
    """Show every category by every way, and the quiet hours, chosen or not."""
    return await choices.choices_of(info.context.viewer, **input.values())


@input
class ChoosePreferenceInput(Input):
    """One category by one way."""

    category: Category
    """What it is about."""
    channel: MessageChannel
    """By which way."""
    is_on: bool
    """Whether you want to be told."""


@mutation(allow=CUSTOMERS, refusals=(DutyCannotBeSilenced, ConsentNeeded))
async def choose_preference(info: Info, input: ChoosePreferenceInput) -> choices.NotificationChoices:
    """Switch a category on or off by one way.

    Security and your money can be told by another way, and not be silenced entirely: push or SMS stays on.
    """
    return await choices.choose_preference(info.context.viewer, **input.values())


@input
class ChooseQuietHoursInput(Input):
    """When you are not to be disturbed."""

    quiet_from: time
    """When quiet hours begin, on your clock."""
    quiet_to: time
    """When they end; earlier than they begin where they go over midnight. Two hours between 9:00 and 21:00 stay free."""
    zone: str = text(1, 64)
    """Where your clock hangs, by the IANA database, such as Asia/Shanghai; it changes at most once in 24 hours."""
    version: int = whole(0, 2**31 - 1)
    """As `notificationChoices` gave it; 0 where you have not chosen any."""


@mutation(allow=CUSTOMERS, refusals=(QuietHoursEmpty, QuietHoursTooLong, ZoneUnknown, ZoneChangedLately))
async def choose_quiet_hours(info: Info, input: ChooseQuietHoursInput) -> choices.NotificationChoices:
    """Choose quiet hours: answers, reminders and offers wait for their end. Security and payments are told at once."""
    return await choices.choose_quiet_hours(info.context.viewer, **input.values())
