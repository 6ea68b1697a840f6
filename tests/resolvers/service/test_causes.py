"""The tree of causes: two levels, two people, and nothing that was meant by a code changes."""

import asyncio

import pytest
from tortoise.exceptions import IntegrityError

from models import AuditEntry, CaseCause, Cause
from resolvers.service import causes
from rules.errors import NotFound
from rules.people.reveal import ReasonTooShort
from rules.people.staff import SamePerson
from rules.products.states import ProposalStatus
from rules.service.causes import CauseCodeTaken, CauseHasParts, CauseParentWrong
from rules.states import NotPossibleNow
from tests import improving, make

NAMES = {"name_zh": "重复扣款", "name_en": "Debited twice"}
REASON = "Nobody names it any more."


async def test_one_proposes_a_cause_and_another_lets_cases_have_it(db):
    first, second = await improving.managers()
    group = await improving.group("PAYMENTS")
    proposed = await causes.propose_cause(first, code="TWICE", parent_id=group.id, **NAMES)
    assert (proposed.status, proposed.is_active, proposed.since) == (ProposalStatus.PROPOSED, False, None)
    with pytest.raises(SamePerson):
        await causes.approve_cause(first, cause_id=proposed.id)
    assert not (await Cause.get(id=proposed.id)).is_active
    approved = await causes.approve_cause(second, cause_id=proposed.id)
    assert (approved.is_active, approved.since, approved.parent_id) == (True, make.TODAY, group.id)
    with pytest.raises(NotPossibleNow):
        await causes.decline_cause(second, cause_id=proposed.id)


async def test_the_tree_has_two_levels_of_what_is_in_use(db):
    first, second = await improving.managers()
    cause = await improving.cause()
    waiting = await causes.propose_cause(first, code="WAITS", **NAMES)
    gone = await improving.group("GONE")
    late = await causes.propose_cause(first, code="LATE", parent_id=(await improving.group("G")).id, **NAMES)
    await causes.retire_cause(first, cause_id=gone.id, reason=REASON)
    count = await Cause.all().count()
    for parent_id in (cause.id, waiting.id, gone.id):
        with pytest.raises(CauseParentWrong):
            await causes.propose_cause(first, code="NEW", parent_id=parent_id, **NAMES)
    with pytest.raises(NotFound):
        await causes.propose_cause(first, code="NEW", parent_id=9999, **NAMES)
    assert await Cause.all().count() == count
    async with make.unit():  # As if its group had been retired meanwhile, past the rules.
        await Cause.filter(id=late.parent_id).update(is_active=False)
    with pytest.raises(CauseParentWrong):
        await causes.approve_cause(second, cause_id=late.id)
    assert (await Cause.get(id=late.id)).status is ProposalStatus.PROPOSED


async def test_a_code_is_given_once_unless_it_was_declined(db):
    first, second = await improving.managers()
    proposed = await causes.propose_cause(first, code="TWICE", **NAMES)
    for status in (ProposalStatus.PROPOSED, ProposalStatus.APPROVED):
        assert (await Cause.get(code="TWICE")).status is status
        with pytest.raises(CauseCodeTaken):
            await causes.propose_cause(second, code="TWICE", **NAMES)
        if status is ProposalStatus.PROPOSED:
            await causes.approve_cause(second, cause_id=proposed.id)
    await causes.retire_cause(first, cause_id=proposed.id, reason=REASON)
    with pytest.raises(CauseCodeTaken):
        await causes.propose_cause(second, code="TWICE", **NAMES)
    declined = await causes.propose_cause(first, code="ELSE", **NAMES)
    await causes.decline_cause(second, cause_id=declined.id)
    assert (await causes.propose_cause(first, code="ELSE", **NAMES)).id != declined.id


async def test_of_many_that_propose_a_code_at_once_one_does(db):
    first, _ = await improving.managers()
    tries = [causes.propose_cause(first, code="TWICE", **NAMES) for _ in range(8)]
    done = await asyncio.gather(*tries, return_exceptions=True)
    assert sorted(type(each).__name__ for each in done) == ["Cause", *["CauseCodeTaken"] * 7]
    assert await Cause.all().count() == 1


async def test_a_retired_cause_stays_on_old_cases_and_a_group_goes_last(db):
    manager, other = await improving.managers()
    cause = await improving.cause()
    await improving.case_of(cause)
    for refused, cause_id, reason in ((CauseHasParts, cause.parent_id, REASON), (ReasonTooShort, cause.id, "old")):
        with pytest.raises(refused):
            await causes.retire_cause(manager, cause_id=cause_id, reason=reason)
        assert (await Cause.get(id=cause_id)).is_active
    await causes.retire_cause(manager, cause_id=cause.id, reason=REASON)
    assert (await CaseCause.get()).cause_id == cause.id
    assert (await AuditEntry.get(operation="retire_cause")).reason == REASON
    with pytest.raises(NotPossibleNow) as refused:
        await causes.retire_cause(manager, cause_id=cause.id, reason=REASON)
    assert refused.value.current == "RETIRED"
    waiting = await causes.propose_cause(manager, code="WAITS", parent_id=cause.parent_id, **NAMES)
    with pytest.raises(CauseHasParts):
        await causes.retire_cause(manager, cause_id=cause.parent_id, reason=REASON)
    await causes.decline_cause(other, cause_id=waiting.id)
    assert not (await causes.retire_cause(manager, cause_id=cause.parent_id, reason=REASON)).is_active


@pytest.mark.parametrize(
    "changed", [{"is_active": True, "status": "DECLINED"}, {"since": None}, {"parent_id": 1}, {"decided_by_id": None}]
)
async def test_the_database_refuses_what_no_rule_allows(db, changed):
    group = await improving.group()
    assert group.id == 1
    with pytest.raises(IntegrityError):
        await Cause.filter(id=group.id).update(**changed)
