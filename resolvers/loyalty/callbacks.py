"""Callbacks: slots that are free, booking one, and the desk's list. Whoever is left in peace may ask for one all the same."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from models import Callback, Customer, PointsAccount, Staff, StaffBranch, Viewer
from models.database import locked, one_at_a_time, transaction
from notifications import CallbackBooked, CallbackMissed, outbox
from notifications import configured as told_how
from resolvers.loyalty.named_officers import officer_of
from resolvers.people.customers import lock_customer
from resolvers.people.relationships import check_not_ones_own
from resolvers.service.business_times import business_time
from resolvers.service.survey_invitations import occasion
from rules.errors import NotFound
from rules.loyalty.callbacks import (
    CALLBACK_MOVES,
    DAYS_SHOWN,
    SLOT,
    CallbackOutcome,
    CallbackRuns,
    CallbackStatus,
    check_due,
    check_slot,
    free_place,
    slots,
)
from rules.people.access import Role
from rules.service.surveys import SurveyOccasion

MOST_LISTED = 200


@dataclass(frozen=True)
class CallbackSlot:
    """Half an hour in which somebody can be called."""

    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class CallbackSlots:
    """Those that are free, the first one first."""

    slots: tuple[CallbackSlot, ...]


async def callback_slots(viewer: Viewer, *, from_day: date) -> CallbackSlots:
    """Show the slots that the customer can book of a week from a day on. Raises `NotFound` to whoever is no customer."""
    customer = await Customer.visible_to(viewer).get_or_none(id=viewer.customer_id or 0)
    if customer is None:
        raise NotFound
    days = [from_day + timedelta(days=number) for number in range(DAYS_SHOWN)]
    is_early = (await _account(customer.id)).served_priority > 0
    starts = slots(await business_time(), viewer.now, days, is_early=is_early)
    if not starts:
        return CallbackSlots(())
    booked = Callback.filter(branch_id=customer.branch_id, starts_at__gte=starts[0], starts_at__lte=starts[-1])
    taken = Counter([row.starts_at async for row in booked.exclude(status=CallbackStatus.CANCELLED)])
    places = await _places(customer.branch_id)
    return CallbackSlots(tuple(CallbackSlot(start, start + SLOT) for start in starts if taken[start] < places))


async def _account(customer_id: int) -> PointsAccount:
    return await PointsAccount.get(customer_id=customer_id).select_related("tier")


async def _places(branch_id: int) -> int:
    """Count how many people a branch can call at once: its officers."""
    there = await StaffBranch.filter(branch_id=branch_id).values_list("staff_id", flat=True)
    return await Staff.filter(id__in=there, is_active=True, role=Role.OFFICER).count()


async def book(viewer: Viewer, *, starts_at: datetime, topic: str | None = None) -> Callback:
    """Book a slot; booking the one that is booked again gives it, so it needs no key.

    Raises `NotFound` to whoever is no customer, `CallbackRuns`, `SlotNotOffered`, `SlotTaken`.
    """
    async with transaction(viewer, "book_callback") as unit:
        customer = await lock_customer(viewer)
        known = await Callback.get_or_none(customer_id=customer.id, status=CallbackStatus.BOOKED)
        if known is not None and known.starts_at == starts_at:
            return known
        if known is not None and known.starts_at + SLOT > unit.now:
            raise CallbackRuns(known.starts_at)
        if known is not None:  # Nobody called: it is not held against him.
            await _move(known, CallbackStatus.CANCELLED, viewer)
        account = await _account(customer.id)
        check_slot(await business_time(), unit.now, starts_at, is_early=account.served_priority > 0)
        await one_at_a_time(f"callbacks {customer.branch_id} {starts_at.timestamp()}")
        slot = Callback.filter(branch_id=customer.branch_id, starts_at=starts_at)
        others = await slot.exclude(status=CallbackStatus.CANCELLED)
        own = await officer_of(customer.id)
        is_free = own is not None and own.staff_id not in {other.officer_id for other in others}
        unit.subject = callback = await Callback.create(
            customer_id=customer.id,
            branch_id=customer.branch_id,
            starts_at=starts_at,
            place=free_place([other.place for other in others], await _places(customer.branch_id)),
            topic=topic,
            status=CALLBACK_MOVES.initial,
            rank=account.served_rank,
            officer_id=own.staff_id if own is not None and is_free else None,
        )
        told = CallbackBooked(customer_id=customer.id, callback_id=callback.id, starts_at=starts_at)
        await outbox.record(told)
        return callback


async def cancel(viewer: Viewer, *, callback_id: int) -> Callback:
    """Want it no more; its place is free again. Raises `NotFound`, `NotPossibleNow`."""
    async with transaction(viewer, "cancel_callback"):
        callback = await locked(Callback, viewer, callback_id)
        return await _move(callback, CallbackStatus.CANCELLED, viewer)


async def complete(viewer: Viewer, *, callback_id: int, outcome: CallbackOutcome) -> Callback:
    """Say what came of a call; who could not be reached is told. Raises `NotFound`, `OwnAffairs`, `NotPossibleNow`, `CallbackAhead`."""
    async with transaction(viewer, "complete_callback") as unit:
        callback = await locked(Callback, viewer, callback_id)
        await check_not_ones_own(viewer, callback.customer_id)
        CALLBACK_MOVES.check(callback.status, CallbackStatus.DONE, viewer.role)
        check_due(unit.now, callback.starts_at)
        callback.outcome, callback.completed_by_id = outcome, viewer.staff_id
        await _move(callback, CallbackStatus.DONE, viewer)
        await occasion(unit, SurveyOccasion.CALLBACK_DONE, callback.customer_id, callback.id)
        if outcome is CallbackOutcome.NOT_REACHED:
            await outbox.record(CallbackMissed(customer_id=callback.customer_id, callback_id=callback.id))
        return callback


async def _move(callback: Callback, to: CallbackStatus, viewer: Viewer) -> Callback:
    CALLBACK_MOVES.check(callback.status, to, viewer.role)
    callback.status = to
    await callback.save(update_fields=["status", "outcome", "completed_by_id"])
    return callback


@dataclass(frozen=True)
class FoundCallbacks:
    """The callbacks of the branches one looks after, in the order in which to call."""

    callbacks: Sequence[Callback]


async def callbacks(
    viewer: Viewer, *, on: date | None = None, status: CallbackStatus = CallbackStatus.BOOKED
) -> FoundCallbacks:
    """Give at most 200 callbacks of a day, or what is booked until the end of today: first those of one's own customers,
    then those of nobody's, then those of colleagues'; in each the higher tier first, then the earlier.
    """
    zone = told_how().zone
    day = on or viewer.now.astimezone(zone).date()
    until = datetime.combine(day + timedelta(days=1), time(), zone).astimezone(viewer.now.tzinfo)
    found = Callback.visible_to(viewer).filter(status=status, starts_at__lt=until)
    if on is not None:
        found = found.filter(starts_at__gte=datetime.combine(day, time(), zone).astimezone(viewer.now.tzinfo))
    rows = await found.order_by("-rank", "starts_at", "id").limit(MOST_LISTED)
    return FoundCallbacks(sorted(rows, key=lambda row: _turn(row, viewer.staff_id)))


def _turn(callback: Callback, staff_id: int | None) -> int:
    """Say in which turn somebody calls: his own customers, then nobody's, then a colleague's."""
    if callback.officer_id is None:
        return 1
    return 0 if callback.officer_id == staff_id else 2
