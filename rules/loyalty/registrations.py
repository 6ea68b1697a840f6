"""Registering for an event: seats, the waiting list, and who came."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from rules.errors import Refused
from rules.loyalty.customer_events import ORGANISERS
from rules.people.access import CUSTOMERS, IN_CHARGE, Role
from rules.states import Move, StateMachine

MOST_WAITING = 2_000
OFFER_HOLDS = timedelta(hours=24)
"""How long a seat that came free is kept for whoever is next, but not beyond the beginning."""
DOORS_OPEN_BEFORE = timedelta(hours=1)
"""So long before the beginning people are checked in."""
NO_SHOWS_ALLOWED = 1
"""Who stayed away more often in twelve months waits behind the others."""
CODE_LENGTH = 6
_HOUSE = frozenset({Role.SYSTEM})


class RegistrationStatus(StrEnum):
    """Where a registration stands."""

    REGISTERED = "REGISTERED"
    """There is a seat for him."""
    WAITLISTED = "WAITLISTED"
    """All seats were taken: he waits for one."""
    OFFERED = "OFFERED"
    """A seat came free and is held for him, until he accepts it or the time is over."""
    ATTENDED = "ATTENDED"
    """He was checked in."""
    NO_SHOW = "NO_SHOW"
    """He had a seat and did not come."""
    CANCELLED = "CANCELLED"
    """It came to nothing; the reason is said."""


class RegistrationEnd(StrEnum):
    """Why a registration came to nothing."""

    OWN_WISH = "OWN_WISH"
    """He cancelled it."""
    OFFER_LAPSED = "OFFER_LAPSED"
    """He did not accept the seat in time."""
    NO_SEAT = "NO_SEAT"
    """No seat came free."""
    EVENT_CANCELLED = "EVENT_CANCELLED"
    """The event does not take place."""


REGISTRATION_MOVES = StateMachine(
    RegistrationStatus.WAITLISTED,
    (
        Move(RegistrationStatus.WAITLISTED, RegistrationStatus.REGISTERED, CUSTOMERS, "find a seat free"),
        Move(RegistrationStatus.WAITLISTED, RegistrationStatus.OFFERED, CUSTOMERS | _HOUSE, "be next"),
        Move(RegistrationStatus.OFFERED, RegistrationStatus.REGISTERED, CUSTOMERS, "accept the seat"),
        Move(RegistrationStatus.REGISTERED, RegistrationStatus.ATTENDED, IN_CHARGE, "check in"),
        Move(RegistrationStatus.REGISTERED, RegistrationStatus.NO_SHOW, _HOUSE, "stay away"),
        Move(RegistrationStatus.REGISTERED, RegistrationStatus.CANCELLED, CUSTOMERS | ORGANISERS, "cancel"),
        Move(RegistrationStatus.WAITLISTED, RegistrationStatus.CANCELLED, CUSTOMERS | ORGANISERS | _HOUSE, "give up"),
        Move(RegistrationStatus.OFFERED, RegistrationStatus.CANCELLED, CUSTOMERS | ORGANISERS | _HOUSE, "pass it on"),
    ),
)
SEATED = (
    RegistrationStatus.REGISTERED,
    RegistrationStatus.OFFERED,
    RegistrationStatus.ATTENDED,
    RegistrationStatus.NO_SHOW,
)
"""States in which a seat is taken, or held."""
OPEN = (RegistrationStatus.REGISTERED, RegistrationStatus.WAITLISTED, RegistrationStatus.OFFERED)
"""States in which something is still to come."""


@dataclass(eq=False)
class RegistrationClosed(Refused):
    """Registration for this event is closed."""

    code = "REGISTRATION_CLOSED"
    closes_at: datetime
    """Until when one could register."""


@dataclass(eq=False)
class WaitingListFull(Refused):
    """All seats are taken, and the waiting list is full. Look in again: a seat may come free."""

    code = "WAITING_LIST_FULL"


@dataclass(eq=False)
class EventBegan(Refused):
    """The event has begun: nothing is changed about a registration any more."""

    code = "EVENT_BEGAN"


@dataclass(eq=False)
class SeatOfferOver(Refused):
    """The seat was held until then, and goes to the next. Register again to wait for another."""

    code = "SEAT_OFFER_OVER"
    until: datetime
    """Until when it was held."""


@dataclass(eq=False)
class CheckInCodeUnknown(Refused):
    """There is no such code. Have it read again: there is no letter I, L, O or U in it, and no digit 0 or 1."""

    code = "CHECK_IN_CODE_UNKNOWN"
    path = ("code",)


@dataclass(eq=False)
class DoorsClosed(Refused):
    """Nobody is checked in now: only from an hour before the event begins until it ends."""

    code = "DOORS_CLOSED"
    opens_at: datetime
    """From when on people are checked in."""
    closes_at: datetime
    """Until when."""


def check_registers(now: datetime, closes_at: datetime) -> None:
    """Let somebody register before the end of registration. Raises `RegistrationClosed`."""
    if now >= closes_at:
        raise RegistrationClosed(closes_at)


def check_before(now: datetime, starts_at: datetime) -> None:
    """Let something be changed before the event begins. Raises `EventBegan`."""
    if now >= starts_at:
        raise EventBegan


def check_doors(now: datetime, starts_at: datetime, ends_at: datetime) -> None:
    """Let somebody be checked in around the event. Raises `DoorsClosed`."""
    opens_at = starts_at - DOORS_OPEN_BEFORE
    if not opens_at <= now < ends_at:
        raise DoorsClosed(opens_at, ends_at)


def held_until(now: datetime, starts_at: datetime) -> datetime:
    """Say until when a seat that came free is held."""
    return min(now + OFFER_HOLDS, starts_at)


def waits_behind(no_shows: int) -> bool:
    """Say whether somebody waits behind the others, from how often he stayed away in twelve months."""
    return no_shows > NO_SHOWS_ALLOWED
