import asyncio

import pytest

from jobs.verify import verify
from models import Customer, OutboxEvent, PointsAdjustment, PointsEntry, Staff, Viewer
from resolvers.loyalty import adjustments
from resolvers.loyalty.adjustments import adjust_points, approve_points_adjustment, decline_points_adjustment
from rules.errors import KeyReused, NotFound
from rules.loyalty.adjustments import NothingToAdjust
from rules.loyalty.points import NotEnoughPoints
from rules.people.reveal import ReasonTooShort
from rules.people.staff import OwnAffairs, SamePerson
from rules.products.states import ProposalStatus
from tests import make

REASON = "The app was away for a day."


@pytest.fixture
async def customer(db) -> Customer:
    return await make.customer()


@pytest.fixture
async def officer(customer) -> Viewer:
    return await make.officer_of(customer.id)


async def give(officer: Viewer, customer: Customer, points: int, key: str = "key") -> PointsAdjustment:
    return await adjust_points(officer, customer_id=customer.id, points=points, reason=REASON, key=key)


async def test_few_points_move_at_once_and_the_customer_is_told(customer, officer):
    made = await give(officer, customer, 100)
    assert (made.status, made.needs_another) == (ProposalStatus.APPROVED, False)
    again = await give(officer, customer, 100)
    assert again.id == made.id
    assert await make.points_of(customer.id) == 100
    await give(officer, customer, -30, "less")
    assert await make.points_of(customer.id) == 70
    assert await OutboxEvent.filter(kind="PointsAdjusted", customer_id=customer.id).count() == 2
    assert await verify() == []


async def test_beyond_the_limit_another_one_approves(customer, officer):
    made = await give(officer, customer, 501)
    assert (made.status, made.needs_another, await make.points_of(customer.id)) == (ProposalStatus.PROPOSED, True, 0)
    manager = await make.manager_of(customer.id)
    approved = await approve_points_adjustment(manager, adjustment_id=made.id, key="yes")
    assert (approved.status, approved.decided_by_id) == (ProposalStatus.APPROVED, manager.staff_id)
    assert (await approve_points_adjustment(manager, adjustment_id=made.id, key="yes")).id == made.id
    assert await make.points_of(customer.id) == 501
    assert await verify() == []


async def test_a_manager_does_not_approve_what_he_asked_for(customer):
    manager = await make.manager_of(customer.id)
    made = await give(manager, customer, 501)
    before = await make.everything()
    with pytest.raises(SamePerson):
        await approve_points_adjustment(manager, adjustment_id=made.id, key="yes")
    assert await make.everything() == before
    declined = await decline_points_adjustment(await make.manager_of(customer.id), adjustment_id=made.id)
    assert declined.status is ProposalStatus.DECLINED
    assert await make.points_of(customer.id) == 0
    assert await verify() == []


async def test_the_limit_is_for_a_day_and_for_giving_and_taking_together(customer, officer):
    await give(officer, customer, 300, "1")
    await give(officer, customer, -150, "2")
    assert (await give(officer, customer, 51, "3")).status is ProposalStatus.PROPOSED
    assert (await give(officer, customer, 50, "4")).status is ProposalStatus.APPROVED
    await make.pass_until(make.TODAY.replace(day=17))
    assert (await give(officer, customer, 500, "5")).status is ProposalStatus.APPROVED
    assert await verify() == []


async def test_ten_at_once_do_not_pass_the_limit_together(customer, officer):
    made = await asyncio.gather(*(give(officer, customer, 100, str(number)) for number in range(10)))
    assert sum(each.status is ProposalStatus.APPROVED for each in made) == 5
    assert await make.points_of(customer.id) == 500
    assert await verify() == []


async def test_no_more_is_taken_than_there_is(customer, officer):
    await give(officer, customer, 10, "give")
    before = await make.everything()
    with pytest.raises(NotEnoughPoints):
        await give(officer, customer, -11, "take")
    assert await make.everything() == before


@pytest.mark.parametrize(("points", "reason", "refusal"), [(0, REASON, NothingToAdjust), (10, "  x ", ReasonTooShort)])
async def test_nothing_and_without_a_reason_is_refused(customer, officer, points, reason, refusal):
    before = await make.everything()
    with pytest.raises(refusal):
        await adjust_points(officer, customer_id=customer.id, points=points, reason=reason, key="key")
    assert await make.everything() == before


async def test_a_key_is_for_one_intention(customer, officer):
    await give(officer, customer, 10)
    with pytest.raises(KeyReused):
        await give(officer, customer, 20)


async def test_nobody_adjusts_his_own_points_or_those_of_other_branches(customer, officer):
    await Staff.filter(id=officer.staff_id).update(customer_id=customer.id)
    with pytest.raises(OwnAffairs):
        await give(officer, customer, 10)
    stranger = await make.officer_of((await make.customer(branch=await make.branch())).id)
    with pytest.raises(NotFound):
        await give(stranger, customer, 10)
    assert not await PointsEntry.exists()
    assert not await PointsAdjustment.exists()


async def test_the_customer_sees_the_movement_and_not_who_said_what(customer, officer):
    await give(officer, customer, 10)
    viewer = make.viewer(customer)
    assert await PointsEntry.visible_to(viewer).count() == 1
    assert await PointsAdjustment.visible_to(viewer).count() == 0
    assert adjustments.PointsAdjustment is PointsAdjustment
