"""Registering for events. The event's row is locked first, always: seats and the waiting list are one thing."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, time

from models import AttemptKind, CustomerEvent, Registration, Viewer
from models.database import Unit, locked, transaction
from notifications import SeatOffered, configured, outbox
from resolvers.loyalty import codes
from resolvers.people import attempts
from resolvers.people.customers import lock_customer
from resolvers.service.survey_invitations import occasion
from rules.errors import NotFound
from rules.loyalty.codes import read_code
from rules.loyalty.customer_events import CustomerEventStatus
from rules.loyalty.registrations import (
    CODE_LENGTH,
    MOST_WAITING,
    REGISTRATION_MOVES,
    SEATED,
    CheckInCodeUnknown,
    RegistrationEnd,
    RegistrationStatus,
    SeatOfferOver,
    WaitingListFull,
    check_before,
    check_doors,
    check_registers,
    held_until,
    waits_behind,
)
from rules.people.access import CUSTOMERS
from rules.products.due_dates import add_months
from rules.service.surveys import SurveyOccasion
from rules.states import NotPossibleNow


async def register(viewer: Viewer, *, event_id: int) -> Registration:
    """Take a seat, or a place on the waiting list where none is free; whoever is registered stays so.

    That makes it harmless to repeat: it needs no key. Raises `NotFound`, also to whoever is not invited, `NotPossibleNow`
    for an event that is not to come, `RegistrationClosed`, `WaitingListFull`.
    """
    assert viewer.role in CUSTOMERS, "people register themselves"
    async with transaction(viewer, "register_for_event") as unit:
        event = await locked(CustomerEvent, viewer, event_id)
        customer = await lock_customer(viewer)
        theirs = Registration.filter(event_id=event.id, customer_id=customer.id)
        known = await theirs.exclude(status=RegistrationStatus.CANCELLED).first()
        if known is not None:
            return known
        if event.status is not CustomerEventStatus.PUBLISHED:
            raise NotPossibleNow(current=event.status)
        check_registers(unit.now, event.closes_at)
        has_seat = event.taken_count < event.capacity
        if not has_seat and event.waiting_count >= MOST_WAITING:
            raise WaitingListFull
        registration = Registration(
            customer_id=customer.id,
            event_id=event.id,
            status=REGISTRATION_MOVES.initial,
            code=await _unused_code(),
            is_behind=waits_behind(await _no_shows(customer.id, unit.now)),
        )
        if has_seat:
            _move(registration, RegistrationStatus.REGISTERED, viewer)
        await registration.save()
        unit.subject = registration
        await _count(event)
        return registration


async def _unused_code() -> str:
    while await Registration.exists(code=(code := codes.draw(CODE_LENGTH))):
        pass
    return code


async def _no_shows(customer_id: int, now: datetime) -> int:
    """Count how often he stayed away from events of the last twelve months."""
    first_day = add_months(now.astimezone(configured().zone).date(), -12)
    since = datetime.combine(first_day, time(), configured().zone).astimezone(UTC)
    missed = Registration.filter(customer_id=customer_id, status=RegistrationStatus.NO_SHOW)
    return await missed.filter(event__ends_at__gte=since).count()


async def cancel(viewer: Viewer, *, registration_id: int) -> Registration:
    """Give a seat or a place back, before the event begins; what comes free is offered to the next.

    Raises `NotFound`, `NotPossibleNow`, `EventBegan`.
    """
    async with transaction(viewer, "cancel_registration") as unit:
        event, registration = await _lock(viewer, registration_id)
        unit.subject = registration
        _move(registration, RegistrationStatus.CANCELLED, viewer, RegistrationEnd.OWN_WISH)
        check_before(unit.now, event.starts_at)
        await _keep(registration)
        await _offer(unit, event)
        return registration


async def accept_seat(viewer: Viewer, *, registration_id: int) -> Registration:
    """Take the seat that is held. Raises `NotFound`, `NotPossibleNow`, `SeatOfferOver`."""
    async with transaction(viewer, "accept_seat") as unit:
        _, registration = await _lock(viewer, registration_id)
        unit.subject = registration
        until = registration.offered_until
        if until is None:  # Who waits finds a seat by registering only.
            raise NotPossibleNow(current=registration.status)
        if unit.now >= until:
            raise SeatOfferOver(until)
        _move(registration, RegistrationStatus.REGISTERED, viewer)
        await _keep(registration)
        return registration


async def _lock(viewer: Viewer, registration_id: int) -> tuple[CustomerEvent, Registration]:
    """Lock a registration after its event. Raises `NotFound`."""
    named = await Registration.visible_to(viewer).get_or_none(id=registration_id)
    if named is None:
        raise NotFound
    event = await locked(CustomerEvent, viewer, named.event_id)
    return event, await locked(Registration, viewer, registration_id)


def _move(
    registration: Registration, to: RegistrationStatus, viewer: Viewer, because: RegistrationEnd | None = None
) -> None:
    REGISTRATION_MOVES.check(registration.status, to, viewer.role)
    registration.status = to
    registration.offered_until = None
    registration.ended_because = because


async def _keep(registration: Registration) -> None:
    await registration.save(update_fields=["status", "offered_until", "ended_because"])


async def _count(event: CustomerEvent) -> None:
    """Write down how many seats are taken, and how many people wait; the event is locked."""
    of_event = Registration.filter(event_id=event.id)
    event.taken_count = await of_event.filter(status__in=list(SEATED)).count()
    event.waiting_count = await of_event.filter(status=RegistrationStatus.WAITLISTED).count()
    await event.save(update_fields=["taken_count", "waiting_count"])


async def _offer(unit: Unit, event: CustomerEvent) -> None:
    """Hold the seats that are free for those who wait, the first before the others, until the event begins."""
    await _count(event)
    free = event.capacity - event.taken_count
    if not free or event.starts_at <= unit.now:
        return
    waiting = Registration.filter(event_id=event.id, status=RegistrationStatus.WAITLISTED)
    for registration in await waiting.order_by("is_behind", "id").limit(free):
        _move(registration, RegistrationStatus.OFFERED, unit.viewer)
        registration.offered_until = until = held_until(unit.now, event.starts_at)
        await _keep(registration)
        offered = SeatOffered(
            customer_id=registration.customer_id, customer_event_id=event.id, starts_at=event.starts_at, until=until
        )
        await outbox.record_once([(offered, f"event:{event.id}:R{registration.id}:offered")])
    await _count(event)


async def pass_on(unit: Unit, event: CustomerEvent) -> None:
    """End the offers that were not accepted in time, and hold those seats for the next; the event is locked."""
    lapsed = Registration.filter(event_id=event.id, status=RegistrationStatus.OFFERED, offered_until__lte=unit.now)
    for registration in await lapsed.order_by("id"):
        _move(registration, RegistrationStatus.CANCELLED, unit.viewer, RegistrationEnd.OFFER_LAPSED)
        await _keep(registration)
    await _offer(unit, event)


async def end_all(event: CustomerEvent, statuses: Collection[RegistrationStatus], because: RegistrationEnd) -> None:
    """End the registrations of an event that stand so; the event is locked, and who does it may do it."""
    ended = {"status": RegistrationStatus.CANCELLED, "offered_until": None, "ended_because": because}
    await Registration.filter(event_id=event.id, status__in=list(statuses)).update(**ended)
    await _count(event)


async def settle(event: CustomerEvent) -> None:
    """Once an event is over, say who did not come, and end what was waiting; the event is locked.

    Where nobody at all was checked in, the door was not watched: then nobody is said to have stayed away.
    """
    of_event = Registration.filter(event_id=event.id)
    if await of_event.filter(status=RegistrationStatus.ATTENDED).exists():
        staying_away = of_event.filter(status=RegistrationStatus.REGISTERED)
        await staying_away.update(status=RegistrationStatus.NO_SHOW)
    await end_all(event, (RegistrationStatus.WAITLISTED, RegistrationStatus.OFFERED), RegistrationEnd.NO_SEAT)


@dataclass(frozen=True)
class CheckedIn:
    """Somebody came."""

    event: CustomerEvent
    registration: Registration | None
    """None to staff of another branch: they let him in, and need not know who he is."""


async def check_in(viewer: Viewer, *, code: str) -> CheckedIn:
    """Let in whoever shows a code, of whichever branch he is; wrong codes are counted, and only so many are looked at.

    Raises `TooManyAttempts`, `CheckInCodeUnknown`, `DoorsClosed`, `NotPossibleNow` for who is in already or has no seat.
    """
    async with attempts.limited(viewer, AttemptKind.CHECK_IN_TRY, viewer.actor):
        kept = read_code(code, CODE_LENGTH)
        named = None if kept is None else await Registration.get_or_none(code=kept)
        if named is not None:
            await attempts.forgive(viewer, AttemptKind.CHECK_IN_TRY, viewer.actor)
    if named is None:
        raise CheckInCodeUnknown
    async with transaction(viewer, "check_in") as unit:
        event = await locked(CustomerEvent, viewer, named.event_id)
        check_doors(unit.now, event.starts_at, event.ends_at)
        unit.subject = registration = await Registration.get(id=named.id)
        _move(registration, RegistrationStatus.ATTENDED, viewer)
        await _keep(registration)
        await occasion(unit, SurveyOccasion.EVENT_ATTENDED, registration.customer_id, registration.id)
        return CheckedIn(event, await Registration.visible_to(viewer).get_or_none(id=registration.id))
