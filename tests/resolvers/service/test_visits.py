"""Writing down visits."""

from datetime import timedelta

import pytest

from models import Staff, Visit
from rules.errors import KeyReused, NotFound
from rules.people.staff import OwnAffairs
from rules.service.visits import WRITTEN_DOWN_WITHIN, VisitedNotThen, VisitOutcome, VisitPlace
from tests import make, speaking


async def test_a_visit_is_written_down_once_with_when_it_was_and_when_that_was_known(db):
    customer = await make.customer()
    officer = await make.officer_of(customer.id)
    before = make.NOON - timedelta(days=2)
    said = {"place": VisitPlace.HOME, "outcome": VisitOutcome.NOT_MET, "visited_at": before, "key": "visit"}
    visit, again = [await speaking.visit(officer, customer, **said) for _ in range(2)]
    assert visit.id == again.id
    assert (visit.visited_at, visit.created_at, visit.staff_id) == (before, make.NOON, officer.staff_id)
    with pytest.raises(KeyReused):
        await speaking.visit(officer, customer, **said | {"words": "其他"})
    assert await Visit.all().count() == 1
    assert not await Visit.visible_to(make.viewer(customer)).exists(), "it is written for colleagues"


async def test_a_visit_to_come_or_long_ago_or_of_somebody_elses_customer_is_not_written_down(db):
    customer = await make.customer()
    officer = await make.officer_of(customer.id)
    far = await make.officer_of((await make.customer(branch=await make.branch())).id)
    own = await make.officer_of(customer.id)
    async with make.unit():
        await Staff.filter(id=own.staff_id).update(customer_id=customer.id)
    second = timedelta(seconds=1)
    before = await make.everything()
    for wrong in (make.NOON + second, make.NOON - WRITTEN_DOWN_WITHIN - second):
        with pytest.raises(VisitedNotThen):
            await speaking.visit(officer, customer, visited_at=wrong)
    with pytest.raises(NotFound):
        await speaking.visit(far, customer)
    with pytest.raises(OwnAffairs):
        await speaking.visit(own, customer)
    assert await make.everything() == before
    await speaking.visit(officer, customer, visited_at=make.NOON - WRITTEN_DOWN_WITHIN)
