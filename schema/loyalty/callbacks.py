"""Callbacks, and officers of one's own."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

import models
from resolvers.loyalty import callbacks as calls
from resolvers.loyalty import named_officers
from rules.loyalty.callbacks import (
    CallbackAhead,
    CallbackOutcome,
    CallbackRuns,
    CallbackStatus,
    SlotNotOffered,
    SlotTaken,
)
from rules.loyalty.named_officers import TierGrantsNone
from rules.people.access import AUDITORS, CUSTOMERS, IN_CHARGE, MANAGERS, OWNER, STAFF_IN_CHARGE
from rules.people.masks import hidden
from rules.people.staff import OwnAffairs
from rules.states import NotPossibleNow
from schema.context import Info
from schema.declarations import Input, Node, day, id_of, input, masked, mutation, node, query, relation, text, value

if TYPE_CHECKING:
    from schema.people.branches import Branch
    from schema.people.customers import Customer
    from schema.people.staff import Staff


@node(models.Callback)
class Callback(Node):
    """A customer's wish to be called at a time."""

    starts_at: datetime
    """The beginning of the half hour in which he is called."""
    topic: str | None = masked(hidden, clear_to=OWNER | STAFF_IN_CHARGE)
    """What it is about, in his words; null where he said nothing."""
    status: CallbackStatus
    """Where it stands."""
    outcome: CallbackOutcome | None
    """What came of it; null until he was called."""
    rank: int
    """That of his tier when he booked: the higher is called first."""
    created_at: datetime
    """When he booked it."""
    branch: Branch = relation("branch_id")
    """Whose officers call."""
    customer: Customer = relation("customer_id")
    """Whom to call; `reveal` gives the number."""
    officer: Staff | None = relation("officer_id")
    """His own officer, who calls first; null where he has none who was free, and to customers."""
    completed_by: Staff | None = relation("completed_by_id")
    """Who called; null before, and to customers."""


@node(models.NamedOfficer)
class NamedOfficer(Node):
    """The officer of a customer's own."""

    name: str
    """His name."""
    created_at: datetime
    """Since when."""
    staff: Staff | None = relation("staff_id")
    """His account; null to customers."""


@value(calls.CallbackSlot)
class CallbackSlot:
    """Half an hour in which you can be called."""

    starts_at: datetime
    """When it begins: book by this."""
    ends_at: datetime
    """When it ends."""


@value(calls.CallbackSlots)
class CallbackSlotsSuccess:
    """What is free now; others may be faster."""

    slots: list[CallbackSlot]
    """The first one first."""


@input
class CallbackSlotsInput(Input):
    """From when on."""

    from_day: date = day()
    """The first of the seven days whose slots are shown; within thirty days from today."""


@query(allow=CUSTOMERS, refusals=())
async def callback_slots(info: Info, input: CallbackSlotsInput) -> calls.CallbackSlots:
    """Show when you can be called: within your branch's hours, from the next business day on, or earlier if your tier says so."""
    return await calls.callback_slots(info.context.viewer, **input.values())


@input
class BookCallbackInput(Input):
    """When, and what about."""

    starts_at: datetime
    """The beginning of a slot that is shown."""
    topic: str | None = text(1, 200)
    """What it is about; nobody has to say."""


@mutation(allow=CUSTOMERS, refusals=(CallbackRuns, SlotNotOffered, SlotTaken))
async def book_callback(info: Info, input: BookCallbackInput) -> models.Callback:
    """Have an officer call you; booking the same slot again gives the same callback, so it needs no key."""
    return await calls.book(info.context.viewer, **input.values())


@input
class CancelCallbackInput(Input):
    """Which."""

    callback_id: int = id_of(models.Callback)
    """One of yours."""


@mutation(allow=CUSTOMERS, refusals=(NotPossibleNow,))
async def cancel_callback(info: Info, input: CancelCallbackInput) -> models.Callback:
    """Want no call any more."""
    return await calls.cancel(info.context.viewer, **input.values())


@input
class CompleteCallbackInput(Input):
    """Which, and what came of it."""

    callback_id: int = id_of(models.Callback)
    """One of a customer whom you look after, whose time has come."""
    outcome: CallbackOutcome
    """What came of it; who could not be reached is told so."""


@mutation(allow=IN_CHARGE, refusals=(OwnAffairs, NotPossibleNow, CallbackAhead))
async def complete_callback(info: Info, input: CompleteCallbackInput) -> models.Callback:
    """Say what came of a call."""
    return await calls.complete(info.context.viewer, **input.values())


@value(calls.FoundCallbacks)
class CallbacksSuccess:
    """Callbacks in the order in which to call: your own customers first, then by tier, then by time."""

    callbacks: list[Callback]
    """At most 200."""


@input
class CallbacksInput(Input):
    """Which ones."""

    on: date | None = day()
    """Those of this day; nothing: all until the end of today."""
    status: CallbackStatus
    """Those that stand here."""


@query(allow=IN_CHARGE | AUDITORS, refusals=())
async def callbacks(info: Info, input: CallbacksInput) -> calls.FoundCallbacks:
    """List callbacks of the customers you look after."""
    return await calls.callbacks(info.context.viewer, **input.values())


@input
class AssignNamedOfficerInput(Input):
    """Whose, and who."""

    customer_id: int = id_of(models.Customer)
    """A customer whose tier grants an officer of his own."""
    staff_id: int | None = id_of(models.Staff)
    """An officer of his branch; nothing: nobody any more."""


@mutation(allow=MANAGERS, refusals=(OwnAffairs, TierGrantsNone))
async def assign_named_officer(info: Info, input: AssignNamedOfficerInput) -> models.Customer:
    """Let an officer look after a customer from now on; it ends when he leaves the branch, or the tier grants it no more."""
    return await named_officers.assign_officer(info.context.viewer, **input.values())
