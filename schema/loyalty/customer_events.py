"""Events to which customers are invited."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import models
from resolvers.loyalty import customer_events
from rules.loyalty.customer_events import (
    MOST_SEATS,
    ORGANISERS,
    CustomerEventKind,
    CustomerEventStatus,
    EventTimesWrong,
)
from rules.people.access import AUDITORS, CUSTOMERS, IN_CHARGE, MANAGERS, MARKETERS
from rules.people.kinds import in_language
from rules.people.staff import SamePerson
from rules.states import NotPossibleNow
from schema.context import Info
from schema.declarations import (
    LOCALE,
    VIEWER,
    Connection,
    Input,
    Node,
    children,
    computed,
    connection,
    filter_of,
    id_of,
    ids_of,
    input,
    matches,
    mutation,
    node,
    query,
    relation,
    root,
    text,
    value,
    whole,
)

if TYPE_CHECKING:
    from schema.loyalty.points import Tier
    from schema.loyalty.registrations import Registration
    from schema.people.branches import Branch
    from schema.people.staff import Staff


@node(models.CustomerEvent)
class CustomerEvent(Node):
    """A seminar, briefing, family day or talk; customers see those to which they are invited."""

    kind: CustomerEventKind
    """What kind of event it is."""
    status: CustomerEventStatus
    """Where it stands."""
    name: str = computed(in_language, "name_zh", "name_en", LOCALE)
    """What it is called, in the viewer's language."""
    description: str = computed(in_language, "description_zh", "description_en", LOCALE)
    """What it is about, in the viewer's language."""
    place: str = computed(in_language, "place_zh", "place_en", LOCALE)
    """Where it is, in the viewer's language; of a talk online, the address of the room."""
    name_zh: str
    """The name in Chinese, for whoever checks both languages; likewise the five that follow."""
    name_en: str
    """The name in English."""
    description_zh: str
    """The description in Chinese."""
    description_en: str
    """The description in English."""
    place_zh: str
    """The place in Chinese."""
    place_en: str
    """The place in English."""
    starts_at: datetime
    """When it begins."""
    ends_at: datetime
    """When it ends."""
    closes_at: datetime
    """Until when one can register."""
    capacity: int
    """How many seats there are."""
    seats_left: int | None = computed(customer_events.seats_left, "capacity", "taken_count", VIEWER)
    """How many seats nobody has and none is held of; null to a marketer while too few are taken to be told."""
    waiting: int | None = computed(customer_events.people_waiting, "waiting_count", VIEWER)
    """How many people wait for a seat; null to a marketer where they are too few to be told."""
    is_for_all_branches: bool
    """Whether customers of every branch are invited."""
    version: int
    """Send it back with a change; it counts the changes."""
    created_at: datetime
    """When it was first written."""
    minimum_tier: Tier | None = relation("minimum_tier_id")
    """Whoever is in this tier or above is invited; null: whoever is in any."""
    branches: list[CustomerEventBranch] = children(via="event_id")
    """Whose customers are invited, for staff; none where all are."""
    registrations: Connection[Registration] = connection(via="event_id")
    """To a customer his own, the newest last; to staff in charge those of their branches; nobody to a marketer."""
    saved_by: Staff | None = relation("saved_by_id")
    """Who wrote it; null to customers and marketers."""
    published_by: Staff | None = relation("published_by_id")
    """Who published it, never the same person; null before, and to customers and marketers."""


@node(models.CustomerEventBranch)
class CustomerEventBranch(Node):
    """A branch whose customers are invited."""

    branch: Branch = relation("branch_id")
    """Which one."""


@filter_of(models.CustomerEvent)
class CustomerEventFilter:
    """Narrows a list of events."""

    status: CustomerEventStatus | None = matches("status")
    """Those that stand here: a DRAFT waits for a manager."""


@root
class CustomerEventRoot:
    customer_events: Connection[CustomerEvent] = connection(
        order_by="starts_at", filter=CustomerEventFilter, allow=CUSTOMERS | IN_CHARGE | AUDITORS | MARKETERS
    )
    """Events by their beginning: to a customer those published to which he is invited, and those he registered for."""


@input
class SaveCustomerEventInput(Input):
    """A draft, or a draft written anew."""

    event_id: int | None = id_of(models.CustomerEvent)
    """The draft to write anew; nothing for another one."""
    version: int | None = whole(1, 2**31 - 1)
    """As you saw it; nothing for another one."""
    kind: CustomerEventKind
    """What kind of event it is."""
    name_zh: str = text(1, 100)
    """What it is called, in Chinese."""
    name_en: str = text(1, 100)
    """The same in English."""
    description_zh: str = text(1, 2_000)
    """What it is about, in Chinese."""
    description_en: str = text(1, 2_000)
    """The same in English."""
    place_zh: str = text(1, 200)
    """Where it is, in Chinese."""
    place_en: str = text(1, 200)
    """The same in English."""
    starts_at: datetime
    """When it begins: within a year."""
    ends_at: datetime
    """When it ends: within three days after that."""
    closes_at: datetime
    """Until when one can register: until it begins, at the latest."""
    capacity: int = whole(1, MOST_SEATS)
    """How many seats there are."""
    minimum_tier_id: int | None = id_of(models.Tier)
    """Invites whoever is in this tier or above; nothing: whoever is in any."""
    branch_ids: list[int] | None = ids_of(models.Branch)
    """Invites customers of these branches; nothing, or none: of all."""


@mutation(allow=ORGANISERS, refusals=(NotPossibleNow, EventTimesWrong))
async def save_customer_event(info: Info, input: SaveCustomerEventInput) -> models.CustomerEvent:
    """Write an event in both languages; a manager who did not write it publishes it."""
    return await customer_events.save_event(info.context.viewer, **input.values())


@input
class PublishCustomerEventInput(Input):
    """Which one."""

    event_id: int = id_of(models.CustomerEvent)
    """One that somebody else wrote."""
    version: int = whole(1, 2**31 - 1)
    """As you saw it."""


@mutation(allow=MANAGERS, refusals=(NotPossibleNow, SamePerson, EventTimesWrong))
async def publish_customer_event(info: Info, input: PublishCustomerEventInput) -> models.CustomerEvent:
    """Show an event to those who are invited; from then on it is not edited, only cancelled."""
    return await customer_events.publish_event(info.context.viewer, **input.values())


@input
class CancelCustomerEventInput(Input):
    """Which one."""

    event_id: int = id_of(models.CustomerEvent)
    """One that is not over."""
    version: int = whole(1, 2**31 - 1)
    """As you saw it."""


@mutation(allow=ORGANISERS, refusals=(NotPossibleNow,))
async def cancel_customer_event(info: Info, input: CancelCustomerEventInput) -> models.CustomerEvent:
    """Let an event not take place: everybody registered is told, and whoever waits."""
    return await customer_events.cancel_event(info.context.viewer, **input.values())


@value(customer_events.CustomerEventFigures)
class CustomerEventFiguresSuccess:
    """How many people take part, of all branches; to a marketer a number is null where it would speak of too few."""

    event: CustomerEvent
    """Which event."""
    registered: int | None
    """Who has a seat and was not checked in."""
    offered: int | None
    """For whom a seat is held."""
    waiting: int | None
    """Who waits for a seat."""
    attended: int | None
    """Who was checked in."""
    no_shows: int | None
    """Who had a seat and did not come."""


@input
class CustomerEventFiguresInput(Input):
    """Which one."""

    event_id: int = id_of(models.CustomerEvent)
    """Any."""


@query(allow=IN_CHARGE | AUDITORS | MARKETERS, refusals=())
async def customer_event_figures(info: Info, input: CustomerEventFiguresInput) -> customer_events.CustomerEventFigures:
    """Count who takes part in an event."""
    return await customer_events.event_figures(info.context.viewer, **input.values())
