"""What the crowd was offered."""

from collections.abc import Sequence
from datetime import timedelta

import models
from resolvers.notifications import promotions
from tests import make, promoting


async def promote(customer_ids: Sequence[int]) -> None:
    """Offer something to each, of whom nobody has consented."""
    await promoting.promotion(*await models.Customer.filter(id__in=list(customer_ids)))
    before = make.clock.moment
    make.clock.moment += timedelta(hours=1)
    assert await promotions.tell_due(make.clock) == len(customer_ids)
    make.clock.moment = before
    assert await models.LeftOut.all().count() == len(customer_ids)
