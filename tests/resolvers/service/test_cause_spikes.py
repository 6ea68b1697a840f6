"""What the house sees by itself."""

import asyncio
from datetime import timedelta
from decimal import Decimal

import pytest

from models import CaseCause, Cause, ImprovementAction
from models.database.statements import counted
from resolvers.books.day_steps import StepsFailed
from resolvers.service import cause_spikes, improvements, service_days
from rules.service.improvements import ImprovementStatus, from_hundredths
from tests import complaining, improving, make

DAY = timedelta(days=1)


async def found(cause: Cause, customer, *days_ago: int) -> None:
    """Complaints with the cause: their cases are as bare as can be."""
    for days in days_ago:
        case = await complaining.case(customer)
        async with make.unit():
            await CaseCause.create(
                customer_id=case.customer_id,
                case_id=case.id,
                cause_id=cause.id,
                found_on=make.TODAY - days * DAY,
                set_by_id=cause.proposed_by_id,
            )
            await make_closed(case)


async def make_closed(case) -> None:
    from models import Case

    said = {"status": "CLOSED", "outcome": "UPHELD", "closed_at": make.NOON}
    await Case.filter(id=case.id).update(**said)


async def spiking() -> Cause:
    """A cause that was found once in four weeks for half a year, and seven times this week."""
    cause = await improving.cause()
    await improving.used_since(cause)
    customer = await make.customer()
    await found(cause, customer, *range(30, 200, 28), *[1, 2, 3, 4, 5, 6, 7])
    return cause


async def look(days: int = 0) -> int:
    return await cause_spikes.look_for_spikes(make.system(), make.TODAY + days * DAY)


async def test_a_spike_opens_an_action_once_while_one_is_open(db):
    cause = await spiking()
    steady = await improving.cause()
    await improving.used_since(steady)
    await found(steady, await make.customer(), *range(3, 200, 7))
    assert [await look(), await look(), await look(1)] == [1, 0, 0]
    action = await ImprovementAction.get()
    assert (action.cause_id, action.status, action.due_on) == (
        cause.id,
        ImprovementStatus.OPEN,
        make.TODAY + 28 * DAY,
    )
    assert (action.responsible_id, action.opened_by_id, action.words, action.branch_id) == (None, None, None, None)
    assert (action.seen, action.window_days) == (7, 7)
    assert from_hundredths(action.usual_hundredths) == Decimal("0.23")
    assert action.expected_percent == 97


async def test_what_a_manager_does_about_a_cause_is_enough(db):
    await improving.action(await spiking())
    assert await look() == 0


async def test_after_an_action_has_ended_it_is_quiet_for_four_weeks(db):
    cause = await spiking()
    await improving.done(cause, days_ago=27)
    assert await look() == 0
    await ImprovementAction.all().update(ended_on=make.TODAY - 28 * DAY)
    assert await look() == 1


async def test_a_new_cause_has_no_history_and_a_retired_one_is_let_be(db):
    cause = await spiking()
    await improving.used_since(cause, 60)
    assert await look() == 0
    await improving.used_since(cause, 63)
    await Cause.filter(id=cause.id).update(is_active=False)
    assert await look() == 0
    await Cause.filter(id=cause.id).update(is_active=True)
    assert await look() == 1


async def test_a_spike_of_one_branch_is_found_there(db):
    cause = await improving.cause()
    await improving.used_since(cause)
    east, west = await make.branch(), await make.branch()
    for weekday in (3, 5):
        await found(cause, await make.customer(branch=west), *range(weekday, 205, 7))
    await found(cause, await make.customer(branch=east), 1, 2, 3, 4, 5, 6)
    assert await look() == 1
    action = await ImprovementAction.get()
    assert (action.branch_id, action.seen) == (east.id, 6)


async def test_several_that_look_at_once_open_one(db):
    await spiking()
    assert sum(await asyncio.gather(*[look() for _ in range(4)])) == 1
    assert await ImprovementAction.all().count() == 1


async def test_the_day_brings_it_about_once_and_says_what_broke_off(db, monkeypatch):
    await spiking()
    await service_days.bring_about(make.system(), make.TODAY)
    action = await ImprovementAction.get()
    manager, _ = await improving.managers()
    await improvements.drop_improvement(manager, action_id=action.id, reason="A false alarm.")
    await ImprovementAction.all().update(ended_on=make.TODAY - 30 * DAY)
    with counted() as statements:
        await service_days.bring_about(make.system(), make.TODAY)
    assert (await ImprovementAction.all().count(), len(statements)) == (1, 1)

    async def broken(viewer, on):
        raise ValueError("broken")

    monkeypatch.setattr(service_days, "look_for_spikes", broken)
    with pytest.raises(StepsFailed):
        await service_days.bring_about(make.system(), make.TODAY + DAY)


async def test_the_end_of_a_day_looks_for_spikes(db):
    await spiking()
    await make.pass_until(make.TODAY + DAY)
    assert await ImprovementAction.all().count() == 1
