import hashlib
from dataclasses import replace
from datetime import timedelta

import pytest
from tortoise.exceptions import IntegrityError

import resolvers
from models import CostDisclosure, Customer
from resolvers.applications.applications import start_application
from resolvers.applications.disclosures import acknowledge_disclosure
from rules.applications.disclosures import READING_TIME, ReadFirst
from rules.errors import NotFound
from rules.states import NotPossibleNow
from tests import make
from tests.resolvers.applications.stories import desk, yuan


@pytest.fixture
async def shown(db):
    """A customer and what was disclosed to him."""
    customer = await make.customer()
    product = await make.product()
    await start_application(make.viewer(customer), product.id, yuan("5000.00"), 12)
    return customer, await CostDisclosure.get()


async def test_the_hash_is_that_of_the_text(shown):
    _, disclosure = shown
    assert hashlib.sha256(disclosure.text.encode()).hexdigest() == disclosure.text_hash


async def test_an_acknowledgement_is_kept_with_its_first_time(shown):
    customer, disclosure = shown
    viewer = make.viewer(customer)
    first = viewer.now
    await acknowledge_disclosure(viewer, disclosure.id)
    viewer.clock.moment += timedelta(hours=1)
    again = await acknowledge_disclosure(viewer, disclosure.id)
    assert again.acknowledged_at == first
    assert (await CostDisclosure.get()).acknowledged_at == first


async def test_it_is_read_before_it_is_acknowledged(shown):
    customer, disclosure = shown
    viewer = make.viewer(customer)
    resolvers.configure(replace(resolvers.configured(), reading_time=READING_TIME))
    viewer.clock.moment += timedelta(seconds=2)
    before = await make.everything()
    with pytest.raises(ReadFirst) as refused:
        await acknowledge_disclosure(viewer, disclosure.id)
    assert refused.value.not_before == disclosure.created_at + timedelta(seconds=10)
    assert await make.everything() == before
    viewer.clock.moment += timedelta(seconds=8)
    assert (await acknowledge_disclosure(viewer, disclosure.id)).acknowledged_at == viewer.now


async def test_what_was_shown_is_kept_for_ever(shown):
    _, disclosure = shown
    for change in (
        {"text": "less"},
        {"annual_cost": 0},
        {"total_fees": 0},
        {"created_at": make.clock.now() + timedelta(hours=1)},
    ):
        with pytest.raises(IntegrityError):
            await CostDisclosure.filter(id=disclosure.id).update(**change)
    with pytest.raises(IntegrityError):
        await CostDisclosure.filter(id=disclosure.id).delete()
    await CostDisclosure.filter(id=disclosure.id).update(is_current=False)
    with pytest.raises(IntegrityError):
        await CostDisclosure.filter(id=disclosure.id).update(is_current=True)
    viewer = make.viewer(await Customer.get(id=disclosure.customer_id))
    with pytest.raises(NotPossibleNow):
        await acknowledge_disclosure(viewer, disclosure.id)


async def test_nobody_acknowledges_for_somebody_else(shown):
    customer, disclosure = shown
    other = make.viewer(await make.customer())
    _, officer = await desk(customer)
    for viewer in (other, officer, make.visitor()):
        with pytest.raises(NotFound):
            await acknowledge_disclosure(viewer, disclosure.id)
    assert (await CostDisclosure.get()).acknowledged_at is None
