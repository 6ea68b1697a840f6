"""What a customer wants to be told by which way, and at which hours not."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time

from models import AuditEntry, Customer, NotificationSetting, Preference, Viewer
from models.database import Unit, transaction
from notifications.configuration import configured
from resolvers.notifications.consents import consented_channels
from resolvers.people.customers import lock_customer
from rules.errors import Conflict, NotFound
from rules.notifications.classes import PROMOTIONAL, Category, MessageChannel
from rules.notifications.consents import ConsentNeeded
from rules.notifications.hours import (
    DEFAULT_QUIET,
    QuietHours,
    at_minute,
    check_quiet_hours,
    check_zone,
    check_zone_change,
    minute_of,
)
from rules.notifications.preferences import Choice, check_choice, is_last_way, is_on

_ZONE_CHANGED = "choose_quiet_hours_and_zone"


@dataclass(frozen=True)
class CategoryChoice:
    """One category by one way."""

    category: Category
    channel: MessageChannel
    is_on: bool
    is_locked: bool
    needs_consent: bool


@dataclass(frozen=True)
class NotificationChoices:
    """All that a customer chose, and what holds where he did not."""

    preferences: list[CategoryChoice]
    quiet_from: time
    quiet_to: time
    zone: str
    version: int


async def choices_of(viewer: Viewer, customer_id: int) -> NotificationChoices:
    """Give a customer's choices to whoever may see him. Raises `NotFound`."""
    if not await Customer.visible_to(viewer).filter(id=customer_id).exists():
        raise NotFound
    return await _choices(customer_id, viewer.now)


async def _choices(customer_id: int, now: datetime) -> NotificationChoices:
    chosen = await _chosen(customer_id)
    consented = await consented_channels(customer_id, now)
    setting = await NotificationSetting.get_or_none(customer_id=customer_id)
    quiet, zone = setting_of(setting)
    return NotificationChoices(
        preferences=[
            _shown(chosen, category, channel, has_consent=category not in PROMOTIONAL or channel in consented)
            for category in Category
            for channel in MessageChannel
        ],
        quiet_from=quiet.from_,
        quiet_to=quiet.to,
        zone=zone,
        version=setting.version if setting else 0,
    )


def _shown(
    chosen: Mapping[Choice, bool], category: Category, channel: MessageChannel, *, has_consent: bool
) -> CategoryChoice:
    return CategoryChoice(
        category,
        channel,
        is_on=has_consent and is_on(chosen, category, channel),
        is_locked=is_last_way(chosen, category, channel),
        needs_consent=not has_consent,
    )


def setting_of(setting: NotificationSetting | None) -> tuple[QuietHours, str]:
    """Give the quiet hours and the zone that hold for a customer: his own, or the usual ones and the lender's."""
    if setting is None:
        return DEFAULT_QUIET, configured().zone.key
    return QuietHours(at_minute(setting.quiet_from), at_minute(setting.quiet_to)), setting.zone


async def _chosen(customer_id: int) -> dict[Choice, bool]:
    rows = await Preference.filter(customer_id=customer_id)
    return {(row.category, row.channel): row.is_on for row in rows}


async def choose_preference(
    viewer: Viewer, *, category: Category, channel: MessageChannel, is_on: bool
) -> NotificationChoices:
    """Switch one category on or off by one way; choosing the same again changes nothing.

    Raises `DutyCannotBeSilenced` for the last way that is noticed of what must be told, and `ConsentNeeded` for an
    offer by a way without consent.
    """
    async with transaction(viewer, "choose_preference") as unit:
        customer = await lock_customer(viewer)
        chosen = await _chosen(customer.id)
        check_choice({**chosen, (category, channel): is_on}, category)
        if is_on and category in PROMOTIONAL and channel not in await consented_channels(customer.id, unit.now):
            raise ConsentNeeded
        where = {"customer_id": customer.id, "category": category, "channel": channel}
        if (category, channel) not in chosen:
            await Preference.create(**where, is_on=is_on)
        elif chosen[category, channel] is not is_on:
            await Preference.filter(**where).update(is_on=is_on)
        return await _choices(customer.id, unit.now)


async def choose_quiet_hours(
    viewer: Viewer, *, quiet_from: time, quiet_to: time, zone: str, version: int
) -> NotificationChoices:
    """Keep a customer's quiet hours and his clock; `version` is 0 where he chose none before.

    Raises `QuietHoursEmpty`, `QuietHoursTooLong`, `ZoneUnknown`, `ZoneChangedLately`, `Conflict`.
    """
    check_quiet_hours(QuietHours(quiet_from, quiet_to))
    check_zone(zone)
    async with transaction(viewer, "choose_quiet_hours") as unit:
        customer = await lock_customer(viewer)
        setting = await NotificationSetting.get_or_none(customer_id=customer.id)
        current = setting.version if setting else 0
        if current != version:
            raise Conflict(current_version=current)
        _, zone_before = setting_of(setting)
        if zone != zone_before:
            check_zone_change(await _zone_changed_at(unit), unit.now)
            unit.operation = _ZONE_CHANGED
        setting = setting or NotificationSetting(customer_id=customer.id, version=0, created_at=unit.now)
        setting.quiet_from, setting.quiet_to = minute_of(quiet_from), minute_of(quiet_to)
        setting.zone, setting.version = zone, version + 1
        await setting.save()
        return await _choices(customer.id, unit.now)


async def _zone_changed_at(unit: Unit) -> datetime | None:
    """Say when he last changed his zone, as the audit has it."""
    changes = AuditEntry.filter(actor=unit.viewer.actor, operation=_ZONE_CHANGED)
    last = await changes.order_by("-id").first()
    return None if last is None else last.created_at
