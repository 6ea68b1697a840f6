"""Events: written by one, published by another, cancelled, counted, and over once their time has come."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from tortoise.functions import Count

from models import Branch, Clock, CustomerEvent, CustomerEventBranch, Registration, Tier, Viewer
from models.database import Unit, locked, transaction
from notifications import CustomerEventCancelled, CustomerEventSoon, configured, outbox
from resolvers.loyalty import registrations
from resolvers.people.staff import accounts_of
from rules.errors import Conflict, NotFound
from rules.loyalty.customer_events import (
    CUSTOMER_EVENT_MOVES,
    ORGANISERS,
    REMINDED_DAYS_BEFORE,
    REMINDED_HOURS_BEFORE,
    CustomerEventKind,
    CustomerEventStatus,
    check_times,
    shown_count,
)
from rules.loyalty.registrations import OPEN, RegistrationEnd, RegistrationStatus
from rules.people.access import MARKETERS
from rules.people.staff import check_other_person
from rules.states import NotPossibleNow


async def save_event(
    viewer: Viewer,
    *,
    kind: CustomerEventKind,
    name_zh: str,
    name_en: str,
    description_zh: str,
    description_en: str,
    place_zh: str,
    place_en: str,
    starts_at: datetime,
    ends_at: datetime,
    closes_at: datetime,
    capacity: int,
    minimum_tier_id: int | None = None,
    branch_ids: Sequence[int] | None = None,
    event_id: int | None = None,
    version: int | None = None,
) -> CustomerEvent:
    """Write a draft, or write the one named anew, which the editor saw in this version; without branches it is for all.

    Raises `NotFound`, `Conflict`, `NotPossibleNow` for what is a draft no more, `EventTimesWrong`.
    """
    assert viewer.role in ORGANISERS, "events are written by marketers and managers"
    async with transaction(viewer, "save_customer_event") as unit:
        event = CustomerEvent(status=CUSTOMER_EVENT_MOVES.initial, version=0)
        if event_id is not None:
            event = await _lock_version(viewer, event_id, version)
            if event.status is not CustomerEventStatus.DRAFT:
                raise NotPossibleNow(current=event.status)
        check_times(unit.now, closes_at, starts_at, ends_at)
        branches = sorted(set(branch_ids or ()))
        if minimum_tier_id is not None and not await Tier.exists(id=minimum_tier_id):
            raise NotFound
        if await Branch.filter(id__in=branches).count() != len(branches):
            raise NotFound
        event.kind, event.capacity, event.minimum_tier_id = kind, capacity, minimum_tier_id
        event.name_zh, event.description_zh, event.place_zh = name_zh, description_zh, place_zh
        event.name_en, event.description_en, event.place_en = name_en, description_en, place_en
        event.starts_at, event.ends_at, event.closes_at = starts_at, ends_at, closes_at
        event.is_for_all_branches = not branches
        assert viewer.staff_id is not None, "staff write events"
        event.saved_by_id = viewer.staff_id
        event.version += 1
        await event.save()
        await CustomerEventBranch.filter(event_id=event.id).delete()
        await CustomerEventBranch.bulk_create([CustomerEventBranch(event_id=event.id, branch_id=id) for id in branches])
        unit.subject = event
        return event


async def publish_event(viewer: Viewer, *, event_id: int, version: int) -> CustomerEvent:
    """Show an event to those who are invited; somebody else wrote it.

    Raises `NotFound`, `Conflict`, `NotPossibleNow`, `SamePerson`, `EventTimesWrong` where its time went by.
    """
    async with transaction(viewer, "publish_customer_event") as unit:
        event = await _lock_version(viewer, event_id, version)
        CUSTOMER_EVENT_MOVES.check(event.status, CustomerEventStatus.PUBLISHED, viewer.role)
        check_other_person(event.saved_by_id, await accounts_of(viewer))
        check_times(unit.now, event.closes_at, event.starts_at, event.ends_at)
        event.published_by_id = viewer.staff_id
        return await _move(event, CustomerEventStatus.PUBLISHED, "published_by_id")


async def cancel_event(viewer: Viewer, *, event_id: int, version: int) -> CustomerEvent:
    """Let an event not take place: everybody registered is told, also who waits. Raises `NotFound`, `Conflict`, `NotPossibleNow`."""
    async with transaction(viewer, "cancel_customer_event"):
        event = await _lock_version(viewer, event_id, version)
        CUSTOMER_EVENT_MOVES.check(event.status, CustomerEventStatus.CANCELLED, viewer.role)
        # A marketer sees none of these, and needs not to: he says that the event does not take place, not to whom.
        coming = await Registration.filter(event_id=event.id, status__in=list(OPEN)).order_by("id")
        await registrations.end_all(event, OPEN, RegistrationEnd.EVENT_CANCELLED)
        told = [
            (
                CustomerEventCancelled(
                    customer_id=each.customer_id, customer_event_id=event.id, starts_at=event.starts_at
                ),
                f"event:{event.id}:R{each.id}:cancelled",
            )
            for each in coming
        ]
        await outbox.record_once(told)
        return await _move(event, CustomerEventStatus.CANCELLED)


async def _lock_version(viewer: Viewer, event_id: int, version: int | None) -> CustomerEvent:
    event = await locked(CustomerEvent, viewer, event_id)
    if event.version != version:
        raise Conflict(current_version=event.version)
    return event


async def _move(event: CustomerEvent, status: CustomerEventStatus, *columns: str) -> CustomerEvent:
    event.status = status
    event.version += 1
    await event.save(update_fields=["status", "version", *columns])
    return event


@dataclass(frozen=True)
class CustomerEventFigures:
    """How many people take part, of all branches; None where a marketer would read of too few."""

    event: CustomerEvent
    registered: int | None
    offered: int | None
    waiting: int | None
    attended: int | None
    no_shows: int | None


async def event_figures(viewer: Viewer, *, event_id: int) -> CustomerEventFigures:
    """Count who takes part, of all branches, without saying who. Raises `NotFound`."""
    event = await CustomerEvent.visible_to(viewer).get_or_none(id=event_id)
    if event is None:
        raise NotFound
    counted = Registration.filter(event_id=event.id).annotate(people=Count("id")).group_by("status")
    counts = Counter(dict(await counted.values_list("status", "people")))
    fewest = fewest_shown(viewer)

    def shown(status: RegistrationStatus) -> int | None:
        return shown_count(counts[status], fewest)

    return CustomerEventFigures(
        event=event,
        registered=shown(RegistrationStatus.REGISTERED),
        offered=shown(RegistrationStatus.OFFERED),
        waiting=shown(RegistrationStatus.WAITLISTED),
        attended=shown(RegistrationStatus.ATTENDED),
        no_shows=shown(RegistrationStatus.NO_SHOW),
    )


def fewest_shown(viewer: Viewer) -> int:
    """Say of how many people at least a number may speak to somebody; 0: of nobody as well."""
    return configured().fewest_people if viewer.role in MARKETERS else 0


def seats_left(capacity: int, taken: int, viewer: Viewer) -> int | None:
    """Count the seats that nobody has; None where that would tell a marketer of too few."""
    return None if shown_count(taken, fewest_shown(viewer)) is None else capacity - taken


def people_waiting(waiting: int, viewer: Viewer) -> int | None:
    """Count who waits for a seat; None where that would tell a marketer of too few."""
    return shown_count(waiting, fewest_shown(viewer))


async def run_events(clock: Clock) -> int:
    """Do what time brings about for one event that is due: seats held too long pass on, people are reminded, it is over.

    Gives 1, or 0 if nothing was due. Any number of processes may do so at once; each event is locked, and what was done
    is not due any more.
    """
    now = clock.now()
    due = await _due(now)
    if due is None:
        return 0
    async with transaction(Viewer.house(clock), "run_customer_event") as unit:
        event = await locked(CustomerEvent, unit.viewer, due)
        if event.status is CustomerEventStatus.PUBLISHED:
            await registrations.pass_on(unit, event)
            await _remind(event, unit.now)
            await _end(unit, event)
    return 1


async def _due(now: datetime) -> int | None:
    """Give an event for which time has something to do."""
    lapsed = Registration.filter(status=RegistrationStatus.OFFERED, offered_until__lte=now)
    if (held := await lapsed.order_by("offered_until", "id").first()) is not None:
        return held.event_id
    published = CustomerEvent.filter(status=CustomerEventStatus.PUBLISHED).order_by("starts_at", "id")
    for waiting in (
        published.filter(ends_at__lte=now),
        published.filter(starts_at__lte=now + REMINDED_HOURS_BEFORE, is_reminded_hours=False),
        published.filter(starts_at__lte=now + REMINDED_DAYS_BEFORE, is_reminded_days=False),
    ):
        if (event := await waiting.first()) is not None:
            return int(event.id)
    return None


async def _remind(event: CustomerEvent, now: datetime) -> None:
    """Remind those who have a seat; of two reminders that are due at once, as after a standstill, the nearer one."""
    left = event.starts_at - now
    was = (event.is_reminded_days, event.is_reminded_hours)
    which = ""
    if left <= REMINDED_DAYS_BEFORE and not event.is_reminded_days:
        event.is_reminded_days, which = True, "days"
    if left <= REMINDED_HOURS_BEFORE and not event.is_reminded_hours:
        event.is_reminded_hours, which = True, "hours"
    if was == (event.is_reminded_days, event.is_reminded_hours):
        return
    if event.starts_at > now:
        seated = await Registration.filter(event_id=event.id, status=RegistrationStatus.REGISTERED).order_by("id")
        soon = [
            (
                CustomerEventSoon(customer_id=each.customer_id, customer_event_id=event.id, starts_at=event.starts_at),
                f"event:{event.id}:R{each.id}:{which}",
            )
            for each in seated
        ]
        await outbox.record_once(soon)
    await event.save(update_fields=["is_reminded_days", "is_reminded_hours"])


async def _end(unit: Unit, event: CustomerEvent) -> None:
    if event.ends_at > unit.now:
        return
    CUSTOMER_EVENT_MOVES.check(event.status, CustomerEventStatus.OVER, unit.viewer.role)
    await registrations.settle(event)
    await _move(event, CustomerEventStatus.OVER)
