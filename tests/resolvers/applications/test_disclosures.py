import hashlib
from datetime import timedelta

import pytest

from models import CostDisclosure
from resolvers.applications.applications import start_application
from resolvers.applications.disclosures import acknowledge_disclosure
from rules.errors import NotFound
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


async def test_nobody_acknowledges_for_somebody_else(shown):
    customer, disclosure = shown
    other = make.viewer(await make.customer())
    _, officer = await desk(customer)
    for viewer in (other, officer, make.visitor()):
        with pytest.raises(NotFound):
            await acknowledge_disclosure(viewer, disclosure.id)
    assert (await CostDisclosure.get()).acknowledged_at is None
