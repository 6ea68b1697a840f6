"""Registering for events."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import models
from resolvers.loyalty import registrations
from rules.loyalty.registrations import (
    CheckInCodeUnknown,
    DoorsClosed,
    EventBegan,
    RegistrationClosed,
    RegistrationEnd,
    RegistrationStatus,
    SeatOfferOver,
    WaitingListFull,
)
from rules.people.access import CUSTOMERS, IN_CHARGE, OWNER
from rules.people.masks import hidden
from rules.people.sign_in import TooManyAttempts
from rules.states import NotPossibleNow
from schema.context import Info
from schema.declarations import Input, Node, id_of, input, masked, mutation, node, relation, text, value

if TYPE_CHECKING:
    from schema.loyalty.customer_events import CustomerEvent
    from schema.people.customers import Customer


@node(models.Registration)
class Registration(Node):
    """A customer's registration for an event, or his place on its waiting list."""

    status: RegistrationStatus
    """Where it stands."""
    code: str = masked(hidden, clear_to=OWNER)
    """Shown at the door; it lets in once there is a seat."""
    is_behind: bool
    """Whether he waits behind the others: he stayed away from two events or more within twelve months."""
    offered_until: datetime | None
    """Until when a seat is held; null unless one is."""
    ended_because: RegistrationEnd | None
    """Why it came to nothing; null unless it did."""
    created_at: datetime
    """When he registered."""
    event: CustomerEvent | None = relation("event_id")
    """For which event."""
    customer: Customer = relation("customer_id")
    """Whose it is."""


@input
class RegisterForEventInput(Input):
    """For which."""

    event_id: int = id_of(models.CustomerEvent)
    """One to which you are invited."""


@mutation(allow=CUSTOMERS, refusals=(NotPossibleNow, RegistrationClosed, WaitingListFull))
async def register_for_event(info: Info, input: RegisterForEventInput) -> models.Registration:
    """Take a seat, or a place on the waiting list; doing it again gives the same registration, so it needs no key."""
    return await registrations.register(info.context.viewer, **input.values())


@input
class CancelRegistrationInput(Input):
    """Which."""

    registration_id: int = id_of(models.Registration)
    """One of yours."""


@mutation(allow=CUSTOMERS, refusals=(NotPossibleNow, EventBegan))
async def cancel_registration(info: Info, input: CancelRegistrationInput) -> models.Registration:
    """Give a seat or a place back, before the event begins."""
    return await registrations.cancel(info.context.viewer, **input.values())


@input
class AcceptSeatInput(Input):
    """Which."""

    registration_id: int = id_of(models.Registration)
    """One of yours for which a seat is held."""


@mutation(allow=CUSTOMERS, refusals=(NotPossibleNow, SeatOfferOver))
async def accept_seat(info: Info, input: AcceptSeatInput) -> models.Registration:
    """Take the seat that is held for you."""
    return await registrations.accept_seat(info.context.viewer, **input.values())


@value(registrations.CheckedIn)
class CheckInSuccess:
    """Somebody came."""

    event: CustomerEvent
    """To which event: it had better be yours."""
    registration: Registration | None
    """Whose it is; null where he is a customer of another branch."""


@input
class CheckInInput(Input):
    """By which code."""

    code: str = text(1, 20)
    """As the customer shows it; small letters and gaps are accepted."""


@mutation(allow=IN_CHARGE, refusals=(TooManyAttempts, CheckInCodeUnknown, DoorsClosed, NotPossibleNow))
async def check_in(info: Info, input: CheckInInput) -> registrations.CheckedIn:
    """Let in whoever shows a code, from an hour before the event until it ends."""
    return await registrations.check_in(info.context.viewer, **input.values())
