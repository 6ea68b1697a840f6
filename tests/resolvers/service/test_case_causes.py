"""Naming the cause of a case with its answer, and correcting it."""

import pytest

from models import Case, CaseCause, CaseEntry
from resolvers.service import case_answers, case_causes, case_messages, causes, improvements
from rules.errors import NotFound
from rules.people.access import Role
from rules.people.reveal import ReasonTooShort
from rules.service.cases import CaseKind, CaseOutcome, CaseStatus
from rules.service.causes import ActionMissing, CauseMissing, CauseNotUsable
from rules.service.entries import Audience, CaseEntryKind
from rules.states import NotPossibleNow
from tests import complaining, improving, make

ANSWER = {"outcome": CaseOutcome.UPHELD, "answer": "您说得对。"}
REASON = "It was the bank that did so."


async def refused(expected, case, officer, **said):
    """Nothing has changed after it."""
    before = (await complaining.log_of(case), (await Case.get(id=case.id)).status)
    with pytest.raises(expected):
        await case_answers.decide_case(officer, case_id=case.id, **ANSWER | said)
    assert (await complaining.log_of(case), (await Case.get(id=case.id)).status) == before
    assert not await CaseCause.exists(case_id=case.id)


async def test_an_upheld_complaint_names_its_cause_once_there_are_any(db):
    assert (await complaining.decided(await complaining.case())).status is CaseStatus.CLOSED
    await improving.group()
    assert (await complaining.decided(await complaining.case())).status is CaseStatus.CLOSED
    cause, case = await improving.cause(), await complaining.case()
    officer = await complaining.answerer(case)
    for outcome in (CaseOutcome.UPHELD, CaseOutcome.PARTLY_UPHELD):
        await refused(CauseMissing, case, officer, outcome=outcome)
    await case_answers.decide_case(officer, case_id=case.id, **ANSWER, cause_id=cause.id)
    named = await CaseCause.get(case_id=case.id)
    assert (named.cause_id, named.customer_id, named.found_on) == (cause.id, case.customer_id, make.TODAY)
    assert (named.is_systemic, named.set_by_id) == (False, officer.staff_id)
    entry = await CaseEntry.get(case_id=case.id, kind=CaseEntryKind.CAUSE_SET)
    assert (entry.words, entry.audience, entry.staff_id) == (cause.code, Audience.STAFF, officer.staff_id)


async def test_what_was_rejected_and_requests_may_go_without(db):
    cause = await improving.cause()
    rejected = await complaining.decided(await complaining.case(), CaseOutcome.REJECTED)
    request = await complaining.decided(await complaining.case(kind=CaseKind.REQUEST))
    assert rejected.status is request.status is CaseStatus.CLOSED
    assert not await CaseCause.exists()
    await improving.case_of(cause, outcome=CaseOutcome.REJECTED)
    assert await CaseCause.all().count() == 1


async def test_a_cause_is_of_the_second_level_and_in_use(db):
    cause, gone, case = await improving.cause(), await improving.cause(), await complaining.case()
    manager, _ = await improving.managers()
    await causes.retire_cause(manager, cause_id=gone.id, reason=REASON)
    officer = await complaining.answerer(case)
    for cause_id in (cause.parent_id, gone.id):
        await refused(CauseNotUsable, case, officer, cause_id=cause_id)
    await refused(NotFound, case, officer, cause_id=9999)


async def test_what_is_systemic_waits_for_somebody_to_do_something_about_its_cause(db):
    cause, other, case = await improving.cause(), await improving.cause(), await complaining.case()
    officer = await complaining.answerer(case)
    await refused(CauseMissing, case, officer, outcome=CaseOutcome.REJECTED, is_systemic=True)
    await refused(ActionMissing, case, officer, cause_id=cause.id, is_systemic=True)
    await improving.action(other)
    await improving.done(cause)
    await refused(ActionMissing, case, officer, cause_id=cause.id, is_systemic=True)
    await improving.action(cause)
    await case_answers.decide_case(officer, case_id=case.id, **ANSWER, cause_id=cause.id, is_systemic=True)
    assert (await CaseCause.get(case_id=case.id)).is_systemic


async def test_without_any_cause_nothing_is_systemic(db):
    case = await complaining.case()
    await refused(CauseMissing, case, await complaining.answerer(case), is_systemic=True)


async def test_a_case_that_goes_on_keeps_what_was_found_and_the_day(db):
    cause, other = await improving.cause(), await improving.cause()
    case = await improving.case_of(cause, days_ago=10)
    customer, officer = await make.viewer_of(case.customer_id), await complaining.answerer(case)
    await case_answers.reopen_case(customer, case_id=case.id, words="再看看。")
    await case_answers.decide_case(officer, case_id=case.id, **ANSWER)
    assert (await CaseCause.get()).cause_id == cause.id
    await case_answers.ask_for_review(customer, case_id=case.id, words="仍不同意。")
    manager = await make.manager_of(case.customer_id)
    await case_answers.review_case(manager, case_id=case.id, **ANSWER, cause_id=other.id)
    named = await CaseCause.get()
    assert (named.cause_id, (make.TODAY - named.found_on).days, named.set_by_id) == (other.id, 10, manager.staff_id)
    said = await CaseEntry.filter(kind=CaseEntryKind.CAUSE_SET).order_by("id").values_list("words", flat=True)
    assert said == [cause.code, f"{cause.code} → {other.code}"]


async def test_a_review_names_a_cause_where_the_answer_before_had_none(db):
    cause = await improving.cause()
    case = await complaining.decided(await complaining.case(), CaseOutcome.REJECTED)
    await case_answers.ask_for_review(await make.viewer_of(case.customer_id), case_id=case.id, words="不同意。")
    manager = await make.manager_of(case.customer_id)
    with pytest.raises(CauseMissing):
        await case_answers.review_case(manager, case_id=case.id, **ANSWER)
    assert (await Case.get(id=case.id)).status is CaseStatus.IN_REVIEW
    await case_answers.review_case(manager, case_id=case.id, **ANSWER, cause_id=cause.id)
    assert (await CaseCause.get()).cause_id == cause.id


async def test_a_cause_is_corrected_with_a_reason_that_colleagues_read(db):
    cause, other = await improving.cause(code="ONE"), await improving.cause(code="TWO")
    case = await improving.case_of(cause)
    officer = await complaining.answerer(case)
    with pytest.raises(ReasonTooShort):
        await case_causes.set_cause(officer, case_id=case.id, cause_id=other.id, reason="wrong")
    with pytest.raises(ActionMissing):
        await case_causes.set_cause(officer, case_id=case.id, cause_id=other.id, reason=REASON, is_systemic=True)
    assert (await CaseCause.get()).cause_id == cause.id
    corrected = await case_causes.set_cause(officer, case_id=case.id, cause_id=other.id, reason=REASON)
    assert (corrected.cause_id, (await CaseCause.get()).cause_id) == (other.id, other.id)
    entries = CaseEntry.filter(kind=CaseEntryKind.CAUSE_SET).order_by("id")
    assert await entries.values_list("words", flat=True) == ["ONE", f"ONE → TWO: {REASON}"]
    customer = await make.viewer_of(case.customer_id)
    assert not await CaseEntry.visible_to(customer).filter(kind=CaseEntryKind.CAUSE_SET).exists()
    assert not await CaseCause.visible_to(customer).exists()


async def test_only_an_answered_case_has_its_cause_corrected(db):
    cause, case = await improving.cause(), await complaining.case()
    officer = await complaining.answerer(case)
    with pytest.raises(NotPossibleNow):
        await case_causes.set_cause(officer, case_id=case.id, cause_id=cause.id, reason=REASON)
    stranger = await make.signed_in(await make.staff(role=Role.OFFICER))
    with pytest.raises(NotFound):
        await case_causes.set_cause(stranger, case_id=case.id, cause_id=cause.id, reason=REASON)
    assert not await CaseCause.exists()
    assert "CAUSE_SET" not in await complaining.log_of(case)


async def test_a_review_that_finds_it_systemic_says_so_also_of_a_cause_that_was_retired(db):
    cause, (manager, _) = await improving.cause(code="ONE"), await improving.managers()
    case = await improving.case_of(cause)
    await improving.action(cause)
    await causes.retire_cause(manager, cause_id=cause.id, reason=REASON)
    await case_answers.ask_for_review(await make.viewer_of(case.customer_id), case_id=case.id, words="不同意。")
    reviewer = await make.manager_of(case.customer_id)
    await case_answers.review_case(reviewer, case_id=case.id, **ANSWER, is_systemic=True)
    assert ((await CaseCause.get()).cause_id, (await CaseCause.get()).is_systemic) == (cause.id, True)
    said = await CaseEntry.filter(kind=CaseEntryKind.CAUSE_SET).order_by("id").values_list("words", flat=True)
    assert said == ["ONE", "ONE → ONE (systemic)"]


async def test_the_clocks_do_not_hear_of_it(db):
    cause, case = await improving.cause(), await complaining.case()
    officer = await complaining.answerer(case)
    await case_messages.reply_to_case(officer, case_id=case.id, words="我们在查。")
    await case_answers.decide_case(officer, case_id=case.id, **ANSWER, cause_id=cause.id)
    before = {key: (row.due_at, row.ended_at) for key, row in (await complaining.clocks_of(case)).items()}
    other = await improving.cause()
    await case_causes.set_cause(officer, case_id=case.id, cause_id=other.id, reason=REASON)
    assert {key: (row.due_at, row.ended_at) for key, row in (await complaining.clocks_of(case)).items()} == before


async def test_an_action_that_was_dropped_does_nothing_about_a_cause(db):
    cause, case = await improving.cause(), await complaining.case()
    action, (manager, _) = await improving.action(cause), await improving.managers()
    await improvements.drop_improvement(manager, action_id=action.id, reason=REASON)
    await refused(ActionMissing, case, await complaining.answerer(case), cause_id=cause.id, is_systemic=True)
