"""The levels of the crowd, and what discounts were decided."""

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal

import models
from rules.money import Money
from tests import levels, make


async def rise(customer_ids: Sequence[int], product: models.Product) -> None:
    """Let each reach a level and then another, which waives fees, and have a discount given by hand."""
    await levels.plan(*levels.WAIVING)
    soon = make.clock.today() + timedelta(days=30)
    await levels.policy(product, floor="0.0100", ends_on=soon, budget=Money(Decimal(1000), "CNY"))
    for customer_id in customer_ids:
        for _ in range(2):
            await levels.earn(customer_id, 50)
            await levels.look()
        await levels.by_hand(customer_id, 10)
