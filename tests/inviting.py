"""Events, as a marketer writes them and a manager publishes them."""

from datetime import timedelta
from typing import Any

from models import Customer, CustomerEvent, Registration, Viewer
from resolvers.loyalty import customer_events, registrations
from rules.loyalty.customer_events import CustomerEventKind
from rules.people.access import Role
from tests import make

WORDS = {
    "name_zh": "家庭理财课",
    "name_en": "Money at home",
    "description_zh": "怎样做一家人的预算。",
    "description_en": "How a family makes a budget.",
    "place_zh": "总行三楼",
    "place_en": "Head office, third floor",
}


async def marketer() -> Viewer:
    """A marketer; each time another one."""
    return await make.signed_in(await make.staff(role=Role.MARKETER))


def said(**changed: Any) -> dict[str, Any]:
    """What is written of an event of ten seats in ten days, at noon for two hours, that takes registrations until the day before."""
    starts_at = make.clock.now() + timedelta(days=10)
    written: dict[str, Any] = {
        "kind": CustomerEventKind.SEMINAR,
        "starts_at": starts_at,
        "ends_at": starts_at + timedelta(hours=2),
        "closes_at": starts_at - timedelta(days=1),
        "capacity": 10,
        **WORDS,
    }
    return written | changed


async def draft(**changed: Any) -> CustomerEvent:
    """A draft."""
    return await customer_events.save_event(await marketer(), **said(**changed))


async def event(**changed: Any) -> CustomerEvent:
    """An event that is published."""
    written = await draft(**changed)
    manager = await make.signed_in(await make.staff(role=Role.MANAGER))
    return await customer_events.publish_event(manager, event_id=written.id, version=written.version)


async def registered(event: CustomerEvent, customer: Customer | None = None) -> Registration:
    """Somebody's registration, or his place on the waiting list."""
    customer = customer or await make.customer()
    return await registrations.register(make.viewer(customer), event_id=event.id)
