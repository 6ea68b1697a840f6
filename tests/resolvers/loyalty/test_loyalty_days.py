"""What a business date brings about for loyalty is done once, also where two do it at once."""

import asyncio
from datetime import timedelta

import pytest

from models import AccountingDay, DayStep, Milestone, ReferralPart
from models.database.statements import counted
from resolvers.books import accounting_days
from resolvers.books.day_steps import StepsFailed
from resolvers.loyalty import loyalty_days
from rules.loyalty.referrals import ReferralSide
from tests import make, referring
from tests.resolvers.loyalty.test_milestones import since, years_ago

ONCE = [
    "levels that are reviewed",
    "milestones",
    "named officers",
    "points that expire",
    "referrals",
    "unconfirmed orders",
    "vouchers that expire",
]
STEPS = sorted(["causes that spike", "discounts at repricing", *ONCE])
"""All that a date brings once; the first two belong to complaints and loans."""


async def test_looking_at_the_open_day_again_changes_nothing_and_costs_a_look(db):
    await since(years_ago(1))
    await accounting_days.catch_up(make.clock, make.TODAY)
    before = await make.everything()
    steps = await DayStep.all().order_by("name")
    assert [step.name for step in steps] == STEPS
    assert {step.done_on for step in steps} == {make.TODAY}
    await accounting_days.catch_up(make.clock, make.TODAY)
    assert await make.everything() == before
    with counted() as statements:
        await loyalty_days.bring_about(make.system(), make.TODAY)
    assert len(statements) == 3 + 1 + len(ONCE), "lots are looked for, and levels reached; the rest is done"


async def test_two_processes_do_it_once(db):
    await since(years_ago(1))
    await asyncio.gather(*[loyalty_days.bring_about(make.system(), make.TODAY) for _ in range(4)])
    assert await Milestone.all().count() == 1
    assert await DayStep.all().count() == len(ONCE)


async def test_neither_other_steps_nor_the_next_day_wait_for_a_step_that_breaks_off(db):
    await referring.programme()
    referral = await referring.referred(await make.customer())
    pays_on = referral.pays_on
    await make.travel_to(pays_on - timedelta(days=1))
    await since(years_ago(1).replace(month=pays_on.month, day=pays_on.day))
    half = await ReferralPart.get(referral_id=referral.id, side=ReferralSide.REFERRER)
    async with make.unit():
        await ReferralPart.filter(id=half.id).delete()
    with pytest.raises(StepsFailed):
        await accounting_days.catch_up(make.clock, pays_on + timedelta(days=1))
    assert (await AccountingDay.get(is_open=True)).on == pays_on + timedelta(days=1)
    assert await Milestone.all().count() == 1
    assert (await DayStep.get(name="referrals")).done_on < pays_on
    assert await make.points_of(half.customer_id) == 0
    async with make.unit():
        await ReferralPart.bulk_create([half])
    await accounting_days.catch_up(make.clock, pays_on + timedelta(days=1))
    assert await make.points_of(half.customer_id) == 100
