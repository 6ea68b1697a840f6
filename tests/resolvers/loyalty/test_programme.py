from datetime import date, timedelta
from decimal import Decimal

import pytest

from resolvers.loyalty.programme import points_programme
from rules.loyalty.kinds import PointsKind
from rules.loyalty.programme import TimeNotAllowed
from tests import levels, make
from tests.resolvers.loyalty.test_points import award, spend, take_back


async def test_it_says_what_was_given_spent_and_expired_and_what_is_out(db):
    customer, other = await make.customer(), await make.customer()
    await award(customer, "Soon", 100, lifetime_months=0)
    await award(customer, "Late", 50)
    await award(other, "Gone", 40)
    await award(other, "Waits", 25, pending_days=60)
    await spend(customer, 30, "Gift:1")
    await spend(other, 40, "Gift:2")
    await take_back(other, "Gone")
    await make.pass_until(date(2026, 4, 2))
    found = await points_programme(make.system(), since=make.TODAY, until=date(2026, 4, 2))
    moved = {each.kind: each.points for each in found.moved if each.entries}
    assert moved == {
        PointsKind.EARNED: 215,
        PointsKind.REDEEMED: -70,
        PointsKind.TAKEN_BACK: -40,
        PointsKind.EXPIRED: -70,
    }
    assert len(found.moved) == len(PointsKind)
    assert (found.customers, found.spendable, found.pending, found.owed) == (2, 50, 25, 40)
    assert (found.liability, found.currency) == (Decimal("0.35"), "CNY")
    assert (found.ended, found.ended_unspent, found.breakage) == (100, 70, Decimal("0.7000"))


async def test_it_says_who_came_to_which_level(db):
    await levels.plan()
    gold, silver = [await make.customer() for _ in range(2)]
    await levels.member("GOLD", gold)
    await levels.member("SILVER", silver)
    found = await points_programme(make.system(), since=make.TODAY, until=make.TODAY)
    counts = [(each.tier.code, each.members, each.reached, each.dropped) for each in found.levels]
    assert counts == [("BASIC", 0, 0, 0), ("SILVER", 1, 1, 0), ("GOLD", 1, 1, 0)]


async def test_where_no_lot_ended_there_is_no_breakage(db):
    found = await points_programme(make.system(), since=make.TODAY, until=make.TODAY)
    assert (found.ended, found.breakage, found.liability) == (0, None, 0)


@pytest.mark.parametrize("days", [(0, -1), (-3_661, 0), (0, 1)])
async def test_a_time_that_is_none_is_refused(db, days):
    since, until = (make.TODAY + timedelta(days=each) for each in days)
    with pytest.raises(TimeNotAllowed):
        await points_programme(make.system(), since=since, until=until)
