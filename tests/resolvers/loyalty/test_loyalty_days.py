"""What a business date brings about for loyalty is done once, also where two do it at once."""

import asyncio

from models import DayStep, Milestone
from models.database.statements import counted
from resolvers.books import accounting_days
from resolvers.loyalty import loyalty_days
from tests import make
from tests.resolvers.loyalty.test_milestones import since, years_ago

ONCE = [
    "milestones",
    "named officers",
    "points that expire",
    "referrals",
    "unconfirmed orders",
    "vouchers that expire",
]
STEPS = sorted(["discounts at repricing", *ONCE])
"""All that a date brings once; the first belongs to the loans."""


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
    assert len(statements) == 3 + 1 + len(ONCE), "lots are looked for, and a plan of levels; the rest is done"


async def test_two_processes_do_it_once(db):
    await since(years_ago(1))
    await asyncio.gather(*[loyalty_days.bring_about(make.system(), make.TODAY) for _ in range(4)])
    assert await Milestone.all().count() == 1
    assert await DayStep.all().count() == len(ONCE)
