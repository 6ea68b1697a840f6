"""Doing something about a cause, and whether it helped."""

from datetime import timedelta
from decimal import Decimal

import pytest
from tortoise.exceptions import IntegrityError

from models import AuditEntry, ImprovementAction, Staff
from models.database.statements import counted
from resolvers.service import improvements
from rules.errors import NotFound
from rules.people.access import Role
from rules.people.reveal import ReasonTooShort
from rules.service.causes import CauseNotUsable
from rules.service.improvements import (
    Counted,
    EffectVerdict,
    ImprovementDueDateWrong,
    ImprovementStatus,
    NotItsOwner,
    change_of,
)
from rules.states import NotPossibleNow
from tests import improving, make

DAY = timedelta(days=1)


async def test_an_action_goes_from_a_manager_to_its_owner_to_its_proof(db):
    cause, officer = await improving.cause(), await make.staff()
    manager, _ = await improving.managers()
    said = {"words": "Check twice.", "due_on": make.TODAY, "expected_percent": 40, "owner_id": officer.id}
    action = await improvements.open_improvement(manager, cause_id=cause.id, **said)
    assert (action.status, action.opened_by_id) == (ImprovementStatus.OPEN, manager.staff_id)
    viewer = await make.signed_in(officer)
    with pytest.raises(NotPossibleNow):
        await improvements.finish_improvement(viewer, action_id=action.id, proof="Done.")
    await improvements.begin_improvement(viewer, action_id=action.id)
    done = await improvements.finish_improvement(viewer, action_id=action.id, proof="Release 12.")
    kept = await ImprovementAction.get(id=action.id)
    assert (kept.status, kept.proof, kept.ended_on, kept.ended_by_id) == (
        ImprovementStatus.DONE,
        "Release 12.",
        make.TODAY,
        officer.id,
    )
    assert done.id == action.id
    with pytest.raises(NotPossibleNow):
        await improvements.drop_improvement(manager, action_id=action.id, reason="It would not help.")


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"cause_id": 1}, CauseNotUsable),
        ({"cause_id": 9999}, NotFound),
        ({"owner_id": 9999}, NotFound),
        ({"branch_id": 9999}, NotFound),
        ({"due_on": make.TODAY - DAY}, ImprovementDueDateWrong),
    ],
)
async def test_what_is_wrong_opens_nothing(db, changed, expected):
    cause, (manager, _) = await improving.cause(), await improving.managers()
    assert cause.parent_id == 1
    said = {"cause_id": cause.id, "words": "Check.", "due_on": make.TODAY, "expected_percent": 40}
    with pytest.raises(expected):
        await improvements.open_improvement(manager, **{**said, "owner_id": manager.staff_id, **changed})
    assert not await ImprovementAction.exists()


async def test_who_cannot_look_after_customers_or_has_left_does_not_own_one(db):
    cause = await improving.cause()
    marketer, gone = await make.staff(role=Role.MARKETER), await make.staff()
    await Staff.filter(id=gone.id).update(is_active=False)
    for owner in (marketer, gone):
        with pytest.raises(NotFound):
            await improving.action(cause, owner=owner)
    assert not await ImprovementAction.exists()


async def test_an_officer_works_on_his_own_or_on_nobodys(db):
    action = await improving.action(await improving.cause())
    officer = await make.signed_in(await make.staff())
    with pytest.raises(NotItsOwner):
        await improvements.begin_improvement(officer, action_id=action.id)
    assert (await ImprovementAction.get()).status is ImprovementStatus.OPEN
    await ImprovementAction.all().update(responsible_id=None)
    await improvements.begin_improvement(officer, action_id=action.id)
    assert (await ImprovementAction.get()).responsible_id == officer.staff_id
    with pytest.raises(NotPossibleNow):
        await improvements.drop_improvement(officer, action_id=action.id, reason="It would not help.")
    assert (await ImprovementAction.get()).status is ImprovementStatus.IN_PROGRESS


async def test_a_manager_gives_it_to_somebody_else_until_it_has_ended(db):
    action, officer = await improving.action(await improving.cause()), await make.staff()
    manager, _ = await improving.managers()
    given = {"owner_id": officer.id, "due_on": make.TODAY + DAY}
    with pytest.raises(ImprovementDueDateWrong):
        await improvements.assign_improvement(manager, action_id=action.id, **given | {"due_on": make.TODAY - DAY})
    assert (await ImprovementAction.get()).responsible_id == action.responsible_id
    await improvements.assign_improvement(manager, action_id=action.id, **given)
    kept = await ImprovementAction.get()
    assert (kept.responsible_id, kept.due_on, kept.words, kept.expected_percent) == (
        officer.id,
        make.TODAY + DAY,
        "Check twice.",
        50,
    )
    await improvements.assign_improvement(manager, action_id=action.id, **given, words="Thrice.", expected_percent=70)
    kept = await ImprovementAction.get()
    assert (kept.words, kept.expected_percent) == ("Thrice.", 70)
    with pytest.raises(ReasonTooShort):
        await improvements.drop_improvement(manager, action_id=action.id, reason="no")
    await improvements.drop_improvement(manager, action_id=action.id, reason="It would not help.")
    assert (await AuditEntry.get(operation="drop_improvement")).reason == "It would not help."
    with pytest.raises(NotPossibleNow):
        await improvements.assign_improvement(manager, action_id=action.id, **given)


async def test_what_came_of_it_is_counted_when_somebody_asks(db):
    cause, other = await improving.cause(), await improving.cause()
    await improving.used_since(cause)
    manager, _ = await improving.managers()
    customer = await make.customer()
    # Done 100 days ago: 190 to 101 are before, 100 to 11 after, as is no day of the other cause.
    for days_ago in (191, 190, 150, 150, 120, 101, 100, 11, 10):
        await improving.case_of(cause, customer, days_ago)
    await improving.case_of(other, customer, 50)
    action = await improving.done(cause, days_ago=100)
    with counted() as statements:
        effect = await improvements.improvement_effect(manager, action_id=action.id)
    assert len(statements) == 2
    assert (effect.cases_before, effect.days_before, effect.cases_after, effect.days_after) == (5, 90, 2, 90)
    assert effect.change == change_of(Counted(5, 90), Counted(2, 90))
    assert (effect.change.value, effect.verdict) == (Decimal(-60), EffectVerdict.UNCLEAR)


async def test_it_is_too_early_to_say_before_ninety_days_and_a_young_cause_has_fewer_before(db):
    cause, (manager, _) = await improving.cause(), await improving.managers()
    await improving.used_since(cause, 50)
    customer = await make.customer()
    for days_ago in (40, 15, 5):
        await improving.case_of(cause, customer, days_ago)
    action = await improving.done(cause, days_ago=20)
    effect = await improvements.improvement_effect(manager, action_id=action.id)
    assert (effect.cases_before, effect.days_before, effect.cases_after, effect.days_after) == (1, 30, 2, 20)
    assert (effect.change.value, effect.verdict) == (200, EffectVerdict.TOO_EARLY)
    today = await improving.done(cause)
    effect = await improvements.improvement_effect(manager, action_id=today.id)
    assert (effect.cases_after, effect.days_after, effect.change) == (0, 0, None)


async def test_where_an_action_is_about_a_branch_only_that_is_counted(db):
    cause, east = await improving.cause(), await make.branch()
    await improving.used_since(cause)
    await improving.case_of(cause, await make.customer(branch=east), 110)
    await improving.case_of(cause, await make.customer(branch=await make.branch()), 110)
    action, (manager, _) = await improving.done(cause, days_ago=100), await improving.managers()
    assert (await improvements.improvement_effect(manager, action_id=action.id)).cases_before == 2
    await ImprovementAction.all().update(branch_id=east.id)
    assert (await improvements.improvement_effect(manager, action_id=action.id)).cases_before == 1


async def test_only_what_is_done_has_an_effect(db):
    action, (manager, _) = await improving.action(await improving.cause()), await improving.managers()
    with pytest.raises(NotPossibleNow):
        await improvements.improvement_effect(manager, action_id=action.id)
    with pytest.raises(NotFound):
        await improvements.improvement_effect(manager, action_id=9999)


@pytest.mark.parametrize(
    "changed",
    [
        {"status": "DONE"},
        {"status": "IN_PROGRESS", "responsible_id": None},
        {"proof": "x"},
        {"ended_on": make.TODAY},
        {"opened_by_id": None},
        {"expected_percent": 101},
    ],
)
async def test_the_database_refuses_what_no_rule_allows(db, changed):
    action = await improving.action(await improving.cause())
    with pytest.raises(IntegrityError):
        await ImprovementAction.filter(id=action.id).update(**changed)
