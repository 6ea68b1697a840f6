"""Booking to be called back."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from rules.errors import Refused
from rules.people.access import CUSTOMERS, IN_CHARGE
from rules.products.holidays import BusinessCalendar
from rules.service.business_time import BusinessTime
from rules.states import Move, StateMachine

SLOT = timedelta(minutes=30)
DAYS_SHOWN = 7
"""Slots of so many days are shown at a time."""
FARTHEST = timedelta(days=30)
"""Nobody books later than that."""


class CallbackStatus(StrEnum):
    """Where a callback stands."""

    BOOKED = "BOOKED"
    """He is to be called."""
    DONE = "DONE"
    """He was called; the outcome is said."""
    CANCELLED = "CANCELLED"
    """He does not want it any more."""


class CallbackOutcome(StrEnum):
    """What came of it."""

    REACHED = "REACHED"
    """They spoke."""
    NOT_REACHED = "NOT_REACHED"
    """He could not be reached."""


CALLBACK_MOVES = StateMachine(
    CallbackStatus.BOOKED,
    (
        Move(CallbackStatus.BOOKED, CallbackStatus.DONE, IN_CHARGE, "call"),
        Move(CallbackStatus.BOOKED, CallbackStatus.CANCELLED, CUSTOMERS, "cancel"),
    ),
)


@dataclass(eq=False)
class SlotNotOffered(Refused):
    """This is not a slot that you can book. Choose one of those that are shown."""

    code = "SLOT_NOT_OFFERED"
    path = ("startsAt",)


@dataclass(eq=False)
class SlotTaken(Refused):
    """Others were faster: this slot is full. Choose another one."""

    code = "SLOT_TAKEN"
    path = ("startsAt",)


@dataclass(eq=False)
class CallbackRuns(Refused):
    """You have booked a callback already. Cancel it to book another time."""

    code = "CALLBACK_RUNS"
    starts_at: datetime
    """When you are called."""


@dataclass(eq=False)
class CallbackAhead(Refused):
    """This callback is for a later time: its customer waits for that."""

    code = "CALLBACK_AHEAD"
    starts_at: datetime
    """When he is to be called."""


def first_day(today: date, calendar: BusinessCalendar, *, is_early: bool) -> date:
    """Give the first day that somebody may book: the same one if he is served early, else the next business day."""
    return today if is_early else calendar.next_business_day(today + timedelta(days=1))


def slots_of(day: date, times: BusinessTime) -> list[datetime]:
    """Give the beginnings of a day's slots, the first one first. What an opening has beyond whole slots is none."""
    return [
        span.start + number * SLOT for span in times.openings(day) for number in range((span.end - span.start) // SLOT)
    ]


def slots(times: BusinessTime, now: datetime, days: Collection[date], *, is_early: bool) -> list[datetime]:
    """Give the slots of these days that somebody may book, the first one first."""
    today = times.day_of(now)
    first, last = first_day(today, times.calendar, is_early=is_early), today + FARTHEST
    open_days = [day for day in sorted(days) if first <= day <= last]
    return [start for day in open_days for start in slots_of(day, times) if start > now]


def check_slot(times: BusinessTime, now: datetime, starts_at: datetime, *, is_early: bool) -> None:
    """Let somebody book a slot that he is shown. Raises `SlotNotOffered`."""
    if not timedelta() < starts_at - now <= FARTHEST + timedelta(days=1):  # Far days have no local time.
        raise SlotNotOffered
    if starts_at not in slots(times, now, [times.day_of(starts_at)], is_early=is_early):
        raise SlotNotOffered


def free_place(taken: Collection[int], places: int) -> int:
    """Give the first place of a slot that nobody has, from 1. Raises `SlotTaken`."""
    if len(taken) < places:
        return next(place for place in range(1, len(taken) + 2) if place not in taken)
    raise SlotTaken


def check_due(now: datetime, starts_at: datetime) -> None:
    """Let a callback be completed once its time has come. Raises `CallbackAhead`."""
    if now < starts_at:
        raise CallbackAhead(starts_at)
