"""Callbacks that the crowd booked, and officers of their own."""

from datetime import timedelta

import models
from models import Viewer
from resolvers.loyalty import callbacks, named_officers
from rules.loyalty.callbacks import CallbackOutcome
from tests import calling, make


async def call(customer: models.Customer, officer: models.Staff, boss: Viewer) -> None:
    """A customer with an officer of his own was called, and is to be called again."""
    tier = await models.Tier.get_or_none(grants_named_officer=True) or await _gold()
    await calling.put_in(customer, tier)
    await named_officers.assign_officer(boss, customer_id=customer.id, staff_id=officer.id)
    me, before = make.viewer(customer), make.clock.moment
    called = await _book(me)
    make.clock.moment = called.starts_at
    clerk = await make.signed_in(officer)
    await callbacks.complete(clerk, callback_id=called.id, outcome=CallbackOutcome.REACHED)
    await _book(me)
    make.clock.moment = before
    await calling.put_in(customer, await models.Tier.get(rank=1))


async def _gold() -> models.Tier:
    """The highest tier; it grants everything."""
    tier = await models.Tier.all().order_by("-rank").first()
    assert tier is not None
    assert tier.rank > 1
    tier.grants_named_officer, tier.priority = True, 1
    await tier.save()
    return tier


async def _book(me: Viewer) -> models.Callback:
    day = make.clock.now().date() + timedelta(days=1)
    (slot, *_) = (await callbacks.callback_slots(me, from_day=day)).slots
    return await callbacks.book(me, starts_at=slot.starts_at, topic="我想问问提前还款的事。")
