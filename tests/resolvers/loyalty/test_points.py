import asyncio
from datetime import date

import pytest

from jobs.verify import verify
from models import Customer, OutboxEvent, PointLot, PointsAccount, PointsEntry, PointsPosting
from models.database import transaction
from resolvers.loyalty import lots, points
from rules.loyalty.kinds import LotState, PointsKind, PointsSide
from rules.loyalty.points import NotEnoughPoints, SpendingFrozen
from tests import make


async def award(customer: Customer, source: str, number: int = 10, **more) -> bool:
    async with transaction(make.system(), "award") as unit:
        return await points.award(unit, customer_id=customer.id, points=number, source=source, **more)


async def spend(customer: Customer, number: int, source: str) -> None:
    async with transaction(make.system(), "spend") as unit:
        await points.spend(unit, customer_id=customer.id, points=number, source=source)


async def give_back(customer: Customer, source: str) -> int:
    async with transaction(make.system(), "give_back") as unit:
        return await points.give_back(unit, customer_id=customer.id, source=source)


async def take_back(customer: Customer, source: str) -> int:
    async with transaction(make.system(), "take_back") as unit:
        return await points.take_back(unit, customer_id=customer.id, source=source)


async def left(customer: Customer) -> list[tuple[int, LotState]]:
    return await PointLot.filter(customer_id=customer.id).order_by("id").values_list("remaining", "state")


async def account(customer: Customer) -> tuple[int, int]:
    found = await PointsAccount.get(customer_id=customer.id)
    return found.balance, found.pending


async def test_an_award_is_a_lot_with_both_sides_and_a_larger_balance(db):
    customer = await make.customer()
    assert await award(customer, "Test:1")
    lot = await PointLot.get(entry__source="Test:1")
    assert (lot.earned, lot.remaining, lot.state, lot.expires_on) == (10, 10, LotState.OPEN, date(2028, 3, 31))
    sides = {posting.side: (posting.points, posting.lot_id) for posting in await PointsPosting.all()}
    assert sides == {PointsSide.HELD: (10, lot.id), PointsSide.ISSUED: (-10, None)}
    assert await account(customer) == (10, 0)
    assert await verify() == []


async def test_what_may_not_stay_is_pending_and_lasts_from_the_day_it_can_be_spent(db):
    customer = await make.customer()
    assert await award(customer, "Test:1", pending_days=16)
    lot = await PointLot.get()
    assert (lot.state, lot.activates_on, lot.expires_on) == (LotState.PENDING, date(2026, 4, 1), date(2028, 4, 30))
    assert await account(customer) == (0, 10)
    before = await make.everything()
    with pytest.raises(NotEnoughPoints) as refused:
        await spend(customer, 1, "Gift:1")
    assert refused.value.balance == 0
    assert await make.everything() == before
    assert await verify() == []


async def test_one_source_is_rewarded_once(db):
    customer = await make.customer()
    assert await award(customer, "Test:1")
    before = await make.everything()
    assert not await award(customer, "Test:1")
    after = await make.everything()
    assert {**after, "audit_entry": []} == {**before, "audit_entry": []}
    await award(customer, "Test:2")
    assert await account(customer) == (20, 0)
    assert await verify() == []


async def test_what_expires_first_is_spent_first(db):
    customer = await make.customer()
    await award(customer, "Late", 10, lifetime_months=24)
    await award(customer, "Soon", 10, lifetime_months=3)
    await award(customer, "Later", 10, lifetime_months=36)
    await spend(customer, 15, "Gift:1")
    assert await left(customer) == [(5, LotState.OPEN), (0, LotState.EMPTY), (10, LotState.OPEN)]
    assert await account(customer) == (15, 0)
    entry = await PointsEntry.get(source="Gift:1")
    assert (entry.kind, entry.points, entry.spendable) == (PointsKind.REDEEMED, -15, -15)
    assert await verify() == []


async def test_more_than_there_is_cannot_be_spent(db):
    customer = await make.customer()
    await award(customer, "Test:1", 10)
    before = await make.everything()
    with pytest.raises(NotEnoughPoints) as refused:
        await spend(customer, 11, "Gift:1")
    assert refused.value.balance == 10
    assert await make.everything() == before


async def test_what_is_given_back_is_in_the_lots_that_it_came_from_once(db):
    customer = await make.customer()
    await award(customer, "Soon", 10, lifetime_months=3)
    await award(customer, "Late", 10)
    await spend(customer, 15, "Gift:1")
    assert await give_back(customer, "Gift:1") == 15
    assert await left(customer) == [(10, LotState.OPEN), (10, LotState.OPEN)]
    assert await give_back(customer, "Gift:1") == 0
    assert await give_back(customer, "Gift:2") == 0
    assert await account(customer) == (20, 0)
    assert await verify() == []


async def test_what_is_given_back_when_it_would_have_expired_can_be_spent_for_thirty_days(db):
    customer = await make.customer()
    await award(customer, "Soon", 10, lifetime_months=0)
    await award(customer, "Late", 5, lifetime_months=24)
    await spend(customer, 15, "Gift:1")
    await make.pass_until(date(2026, 4, 10))
    assert await give_back(customer, "Gift:1") == 15
    assert await give_back(customer, "Gift:1") == 0
    kept = await PointLot.all().order_by("id").values_list("remaining", "expires_on", "is_returned")
    assert kept == [
        (0, date(2026, 3, 31), False),
        (5, date(2028, 3, 31), False),
        (10, date(2026, 5, 10), True),
    ]
    await make.pass_until(date(2026, 5, 11))
    assert await account(customer) == (5, 0)
    assert await verify() == []


async def test_nobody_keeps_points_for_ever_by_taking_gifts_and_giving_them_back(db):
    customer = await make.customer()
    await award(customer, "Soon", 100, lifetime_months=0)
    await make.pass_until(date(2026, 3, 31))
    await spend(customer, 1, "Gift:1")
    await give_back(customer, "Gift:1")
    await make.pass_until(date(2026, 4, 1))
    assert await account(customer) == (1, 0), "only what came back lives on"
    await make.pass_until(date(2026, 4, 30))
    await spend(customer, 1, "Gift:2")
    await give_back(customer, "Gift:2")
    await make.pass_until(date(2026, 5, 1))
    assert await account(customer) == (0, 0), "and it does so once"
    assert await verify() == []


async def test_what_is_owed_is_made_up_for_twice_on_one_day(db):
    customer = await make.customer()
    for number in (1, 2):
        await award(customer, f"Test:{number}", 10)
    await spend(customer, 20, "Gift:1")
    await award(customer, "Test:3", 30)
    for number in (1, 2):
        await take_back(customer, f"Test:{number}")
        await lots.catch_points_up(make.system(), make.TODAY)
    assert await left(customer) == [(0, LotState.EMPTY), (0, LotState.EMPTY), (10, LotState.OPEN)]
    assert await PointsEntry.filter(kind=PointsKind.FILLED).count() == 2
    assert await verify() == []


async def test_one_customer_whose_points_cannot_be_worked_off_keeps_nobody_from_his(db, caplog):
    first, second = await make.customer(), await make.customer()
    for customer in (first, second):
        await award(customer, f"Test:{customer.id}", 10, pending_days=1)
    lot = await PointLot.get(customer_id=first.id)
    await award(first, f"Activated:{lot.id}", 5)  # Somebody has taken the name of what is to come.
    await make.pass_until(date(2026, 3, 18))
    assert await account(first) == (5, 10)
    assert await account(second) == (10, 0)
    assert f"the points of customer {first.id} is refused" in caplog.text


async def test_what_is_taken_back_and_was_spent_is_owed_and_new_points_make_up_for_it(db):
    customer = await make.customer()
    await award(customer, "Test:1", 10)
    await spend(customer, 8, "Gift:1")
    assert await take_back(customer, "Test:1") == 10
    assert await left(customer) == [(-8, LotState.OWED)]
    assert await account(customer) == (-8, 0)
    assert await take_back(customer, "Test:1") == 0, "once"
    await award(customer, "Test:2", 5)
    assert await left(customer) == [(-3, LotState.OWED), (0, LotState.EMPTY)]
    with pytest.raises(NotEnoughPoints):
        await spend(customer, 1, "Gift:2")
    await award(customer, "Test:3", 10)
    assert await left(customer) == [(0, LotState.EMPTY), (0, LotState.EMPTY), (7, LotState.OPEN)]
    assert await account(customer) == (7, 0)
    assert await verify() == []


async def test_a_gift_that_is_not_to_be_had_pays_back_what_was_owed_for_it(db):
    customer = await make.customer()
    await award(customer, "Test:1", 10)
    await spend(customer, 10, "Gift:1")
    await take_back(customer, "Test:1")
    await give_back(customer, "Gift:1")
    assert await left(customer) == [(0, LotState.EMPTY)]
    assert (await PointLot.get()).owed_since is None
    assert await account(customer) == (0, 0)
    assert await verify() == []


async def test_pending_points_are_taken_back_where_they_wait(db):
    customer = await make.customer()
    await award(customer, "Test:1", 10, pending_days=14)
    assert await take_back(customer, "Test:1") == 10
    assert await account(customer) == (0, 0)
    assert await left(customer) == [(0, LotState.EMPTY)]
    await make.pass_until(date(2026, 4, 1))
    assert await account(customer) == (0, 0)
    assert await verify() == []


async def test_what_has_expired_is_not_taken_back_once_more(db):
    customer = await make.customer()
    await award(customer, "Test:1", 10, lifetime_months=0)
    await spend(customer, 4, "Gift:1")
    await make.pass_until(date(2026, 4, 1))
    assert await account(customer) == (0, 0)
    assert await take_back(customer, "Test:1") == 4
    assert await left(customer) == [(-4, LotState.OWED)]
    assert await verify() == []


async def test_of_fifty_that_spend_at_once_as_many_win_as_there_are_points_for(db):
    customer = await make.customer()
    await award(customer, "Test:1", 30)
    await award(customer, "Test:2", 40)
    tried = await asyncio.gather(*(spend(customer, 10, f"Gift:{n}") for n in range(50)), return_exceptions=True)
    assert sum(each is None for each in tried) == 7
    assert {type(each) for each in tried if each is not None} == {NotEnoughPoints}
    assert await account(customer) == (0, 0)
    assert await verify() == []


async def test_points_cannot_be_spent_while_something_is_overdue(db):
    loan = await make.loan(term=3)
    await points.check_may_spend(loan.customer_id)
    await make.pass_until(date(2026, 4, 18))
    with pytest.raises(SpendingFrozen):
        await points.check_may_spend(loan.customer_id)


async def test_a_customer_is_told_thirty_and_seven_days_before_points_expire_once(db):
    customer, other = await make.customer(), await make.customer()
    await award(customer, "Test:1", 10, lifetime_months=1)
    await award(customer, "Test:2", 5, lifetime_months=1)
    await award(other, "Test:3", 5, lifetime_months=1)
    await spend(other, 5, "Gift:1")
    told = OutboxEvent.filter(kind="PointsExpiring")
    await make.pass_until(date(2026, 3, 30))
    assert not await told.exists()
    await make.pass_until(date(2026, 4, 1))
    await make.pass_until(date(2026, 4, 1))
    (first,) = await told
    assert (first.customer_id, '"points":15' in first.body) == (customer.id, True)
    await make.pass_until(date(2026, 5, 1))
    assert await told.count() == 2
    assert await account(customer) == (0, 0)
    assert await verify() == []
