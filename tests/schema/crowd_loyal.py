"""What the crowd earned, and what was made right by hand."""

from datetime import timedelta

import models
from models import Viewer
from resolvers.loyalty import adjustments, earning_rules
from rules.loyalty.kinds import Act, CapPeriod
from tests import make


async def earn(customer_ids: list[int], boss: Viewer, colleague: Viewer) -> None:
    """A rule with all that a rule can say, and points given by hand, alone and by two."""
    today = make.clock.today()
    terms = {"points": 50, "at_least": 3, "pending_days": 14, "lifetime_months": 24, "is_qualifying": True}
    cap = {
        "cap_points": 100,
        "cap_period": CapPeriod.YEAR,
        "valid_from": today,
        "valid_to": today + timedelta(days=365),
    }
    rule = await earning_rules.propose_earning_rule(boss, act=Act.STREAK, **terms, **cap)
    await earning_rules.approve_earning_rule(colleague, rule_id=rule.id)
    for customer_id in customer_ids:
        for points in (100, 1000):
            given = {"customer_id": customer_id, "points": points, "key": f"{customer_id}-{points}"}
            made = await adjustments.adjust_points(boss, reason="The app was away for a day.", **given)
        await adjustments.approve_points_adjustment(colleague, adjustment_id=made.id, key=f"approve-{made.id}")
    assert await models.PointLot.filter(activates_on__isnull=False).exists(), "one was earned by paying"
