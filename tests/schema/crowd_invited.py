"""Events to which the crowd is invited, and who comes."""

from datetime import timedelta

import models
from resolvers.loyalty import registrations
from tests import inviting, make


async def invite(east: models.Customer, west: models.Customer) -> None:
    """An event of one seat for all, which one gives back to the other; one for a branch and tier; and a draft."""
    small = await inviting.event(capacity=1)
    given_back = await inviting.registered(small, east)
    await inviting.registered(small, west)
    await registrations.cancel(make.viewer(east), registration_id=given_back.id)
    lowest = await models.Tier.all().order_by("rank").first()
    assert lowest is not None
    near = await inviting.event(minimum_tier_id=lowest.id, branch_ids=[east.branch_id])
    await inviting.registered(near, east)
    await inviting.draft(starts_at=make.clock.now() + timedelta(days=9, hours=12))
