from datetime import date

from jobs.verify import verify
from models import Customer, PointLot, PointsAccount, PointsEntry, PointsPosting
from models.database import transaction
from resolvers.loyalty import points
from rules.loyalty.kinds import PointsSide
from tests import make


async def award(customer: Customer, source: str) -> PointsEntry | None:
    async with transaction(make.system(), "award") as unit:
        return await points.award(unit, customer_id=customer.id, points=10, source=source)


async def test_an_award_is_a_lot_with_both_sides_and_a_larger_balance(db):
    customer = await make.customer()
    entry = await award(customer, "Test:1")
    assert entry is not None
    lot = await PointLot.get(entry_id=entry.id)
    assert (lot.earned, lot.expires_on) == (10, date(2028, 3, 31))
    sides = {posting.side: (posting.points, posting.lot_id) for posting in await PointsPosting.all()}
    assert sides == {PointsSide.HELD: (10, lot.id), PointsSide.ISSUED: (-10, None)}
    assert (await PointsAccount.get(customer_id=customer.id)).balance == 10
    assert await verify() == []


async def test_one_source_is_rewarded_once(db):
    customer = await make.customer()
    assert await award(customer, "Test:1") is not None
    before = await make.everything()
    assert await award(customer, "Test:1") is None
    after = await make.everything()
    assert {**after, "audit_entry": []} == {**before, "audit_entry": []}
    await award(customer, "Test:2")
    assert (await PointsAccount.get(customer_id=customer.id)).balance == 20
    assert await verify() == []
