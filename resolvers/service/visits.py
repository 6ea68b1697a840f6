"""Writing down visits."""

from datetime import datetime

from models import Customer, Viewer, Visit
from models.database import locked, open_unit
from resolvers import keys
from resolvers.people.relationships import check_not_ones_own
from rules.service.visits import VisitOutcome, VisitPlace, VisitTopic, check_visited


async def log_visit(
    viewer: Viewer,
    *,
    customer_id: int,
    place: VisitPlace,
    topic: VisitTopic,
    words: str,
    outcome: VisitOutcome,
    key: str,
    visited_at: datetime | None = None,
) -> Visit:
    """Write down that a customer came, or was visited. Raises `NotFound`, `OwnAffairs`, `VisitedNotThen`, `KeyReused`."""
    asked = (customer_id, place, topic, words, outcome, visited_at)
    async with keys.once(Visit, viewer, "log_visit", key, *asked) as kept:
        if kept.is_new:
            now = open_unit().now
            await locked(Customer, viewer, customer_id)
            await check_not_ones_own(viewer, customer_id)
            check_visited(visited_at or now, now)
            visit = await Visit.create(
                customer_id=customer_id,
                staff_id=viewer.staff_id,
                place=place,
                topic=topic,
                words=words,
                outcome=outcome,
                visited_at=visited_at or now,
            )
            kept.keep(visit)
    return kept.result
