"""What is said in cases, how they are answered, and what a customer can do about that."""

import asyncio
from datetime import timedelta

import pytest

from jobs.verify import verify
from models import Case, CaseEntry, OutboxEvent, SurveyInvitation
from resolvers.service import case_answers, case_messages
from rules.errors import NotFound
from rules.people.access import Role
from rules.people.staff import SamePerson
from rules.service.cases import CaseKind, CaseOutcome, CaseStatus, ReviewedBefore, TooLate
from rules.service.entries import CaseEntryKind
from rules.service.survey_invitations import SurveySkip
from rules.service.surveys import SurveyOccasion
from rules.states import NotPossibleNow
from tests import asking, complaining, make

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


async def told(kind: str) -> int:
    return await OutboxEvent.filter(kind=kind).count()


async def test_a_first_reply_by_a_person_ends_its_clock_and_a_note_does_not(db):
    case = await complaining.case()
    officer = await complaining.answerer(case)
    make.clock.moment += HOUR
    await case_messages.note_in_case(officer, case_id=case.id, words="Ask accounting.")
    assert (await complaining.clocks_of(case))["FIRST_REPLY", 1].ended_at is None
    make.clock.moment += HOUR
    await case_messages.reply_to_case(officer, case_id=case.id, words="我们正在核实。")
    clocks = await complaining.clocks_of(case)
    assert clocks["FIRST_REPLY", 1].ended_at == make.NOON + 2 * HOUR
    assert clocks["RESOLUTION", 1].ended_at is None
    assert (await Case.get(id=case.id)).due_at == clocks["RESOLUTION", 1].due_at
    assert await told("CaseReplied") == 1
    assert await verify() == []


async def test_a_customer_reads_what_is_said_to_him_and_not_what_colleagues_write(db):
    customer = await make.customer()
    case = await complaining.case(customer)
    officer = await complaining.answerer(case)
    await case_messages.note_in_case(officer, case_id=case.id, words="He is right.")
    await case_messages.reply_to_case(officer, case_id=case.id, words="请稍候。")
    seen = [entry.kind async for entry in CaseEntry.visible_to(make.viewer(customer)).order_by("id")]
    assert CaseEntryKind.NOTED not in seen
    assert CaseEntryKind.REPLIED in seen
    at_desk = [entry.kind async for entry in CaseEntry.visible_to(officer).order_by("id")]
    assert CaseEntryKind.NOTED in at_desk


async def test_while_we_wait_for_the_customer_our_promise_stands_still_and_the_law_does_not(db):
    customer = await make.customer()
    case = await complaining.case(customer)
    officer = await complaining.answerer(case)
    before = await complaining.clocks_of(case)
    asked = await case_messages.ask_customer(officer, case_id=case.id, words="是哪一天扣的？")
    assert (asked.status, asked.waiting_since) == (CaseStatus.WAITING_CUSTOMER, make.NOON)
    standing = await complaining.clocks_of(case)
    assert standing["RESOLUTION", 1].due_at is None
    assert standing["LEGAL", 1].due_at == before["LEGAL", 1].due_at
    assert asked.due_at == standing["LEGAL", 1].due_at
    make.clock.moment += DAY
    await case_messages.write_in_case(make.viewer(customer), case_id=case.id, words="3月9日")
    running = await complaining.clocks_of(case)
    assert running["RESOLUTION", 1].due_at == before["RESOLUTION", 1].due_at + DAY
    assert (await Case.get(id=case.id)).status is CaseStatus.INVESTIGATING
    assert await verify() == []


async def test_whoever_asked_can_go_on_without_the_answer(db):
    case = await complaining.case()
    officer = await complaining.answerer(case)
    with pytest.raises(NotPossibleNow):
        await case_messages.continue_case(officer, case_id=case.id)
    await case_messages.ask_customer(officer, case_id=case.id, words="?")
    with pytest.raises(NotPossibleNow):
        await case_messages.ask_customer(officer, case_id=case.id, words="?")
    went_on = await case_messages.continue_case(officer, case_id=case.id)
    assert (went_on.status, went_on.waiting_since) == (CaseStatus.INVESTIGATING, None)


async def test_an_answer_ends_every_clock_and_tells_the_customer(db):
    case = await complaining.case()
    make.clock.moment += 3 * HOUR
    answered = await complaining.decided(case, CaseOutcome.PARTLY_UPHELD)
    assert (answered.status, answered.outcome) == (CaseStatus.CLOSED, CaseOutcome.PARTLY_UPHELD)
    assert answered.due_at is None
    clocks = await complaining.clocks_of(case)
    assert {clock.ended_at for clock in clocks.values()} == {make.NOON + 3 * HOUR}
    assert not any(clock.is_late for clock in clocks.values())
    assert await told("CaseAnswered") == 1
    entry = await CaseEntry.get(case_id=case.id, kind=CaseEntryKind.DECIDED)
    assert (entry.words, entry.by) == ("您说得对，我们已更正。", Role.OFFICER)
    assert await verify() == []


async def test_an_answer_that_comes_late_is_late_for_ever(db):
    case = await complaining.case()
    make.clock.moment += 16 * DAY
    answered = await complaining.decided(case)
    assert all(clock.is_late for clock in (await complaining.clocks_of(answered)).values())


async def test_within_thirty_days_a_word_reopens_it_with_clocks_of_its_own(db):
    customer = await make.customer()
    me = make.viewer(customer)
    case = await complaining.case(customer)
    first = await complaining.clocks_of(await complaining.decided(case))
    make.clock.moment += 30 * DAY - timedelta(seconds=1)
    reopened = await case_answers.reopen_case(me, case_id=case.id, words="又扣了一次")
    assert (reopened.status, reopened.outcome, reopened.closed_at) == (CaseStatus.INVESTIGATING, None, None)
    clocks = await complaining.clocks_of(case)
    for key, clock in first.items():
        assert (clocks[key].due_at, clocks[key].ended_at) == (clock.due_at, clock.ended_at)
    assert {number for _, number in clocks} == {1, 2}
    assert clocks["LEGAL", 2].ended_at is None
    assert await told("CaseReopened") == 1
    assert await verify() == []


async def test_after_thirty_days_it_is_too_late_and_nothing_changes(db):
    customer = await make.customer()
    me = make.viewer(customer)
    case = await complaining.decided(await complaining.case(customer))
    make.clock.moment += 30 * DAY
    log = await complaining.log_of(case)
    for again in (case_answers.reopen_case, case_answers.ask_for_review):
        with pytest.raises(TooLate) as refused:
            await again(me, case_id=case.id, words="too late")
        assert refused.value.until == make.NOON + 30 * DAY
    assert await complaining.log_of(case) == log
    assert (await Case.get(id=case.id)).status is CaseStatus.CLOSED


async def test_the_unit_above_looks_once_and_it_is_somebody_else(db):
    customer = await make.customer()
    me = make.viewer(customer)
    manager, other = await make.manager_of(customer.id), await make.manager_of(customer.id)
    case = await complaining.case(customer)
    await case_answers.decide_case(manager, case_id=case.id, outcome=CaseOutcome.REJECTED, answer="没有错误")
    review = await case_answers.ask_for_review(me, case_id=case.id, words="没有回答我的问题")
    assert (review.status, review.is_escalated, review.is_reviewed) == (CaseStatus.IN_REVIEW, True, True)
    clocks = await complaining.clocks_of(case)
    assert clocks["REVIEW", 1].due_at is not None
    answer = {"case_id": case.id, "outcome": CaseOutcome.UPHELD, "answer": "您是对的"}
    with pytest.raises(SamePerson):
        await case_answers.review_case(manager, **answer)
    reviewed = await case_answers.review_case(other, **answer)
    assert (reviewed.status, reviewed.outcome, reviewed.decided_by_id) == (
        CaseStatus.CLOSED,
        CaseOutcome.UPHELD,
        other.staff_id,
    )
    for again in (case_answers.ask_for_review, case_answers.reopen_case):
        with pytest.raises(ReviewedBefore):
            await again(me, case_id=case.id, words="again")
    assert await told("CaseAnswered") == 2
    assert await verify() == []


async def test_a_request_is_not_reviewed(db):
    customer = await make.customer()
    case = await complaining.decided(await complaining.case(customer, kind=CaseKind.REQUEST))
    with pytest.raises(NotPossibleNow):
        await case_answers.ask_for_review(make.viewer(customer), case_id=case.id, words="please")


async def test_only_its_customer_takes_it_back_and_then_it_is_over(db):
    customer = await make.customer()
    case = await complaining.case(customer)
    officer = await complaining.answerer(case)
    with pytest.raises(NotFound):
        await case_answers.withdraw_case(make.viewer(await make.customer()), case_id=case.id)
    withdrawn = await case_answers.withdraw_case(make.viewer(customer), case_id=case.id)
    assert (withdrawn.status, withdrawn.due_at) == (CaseStatus.WITHDRAWN, None)
    assert all(clock.ended_at for clock in (await complaining.clocks_of(case)).values())
    for late in (
        case_answers.reopen_case(make.viewer(customer), case_id=case.id, words="no"),
        case_messages.write_in_case(make.viewer(customer), case_id=case.id, words="no"),
        case_messages.reply_to_case(officer, case_id=case.id, words="no"),
        case_answers.decide_case(officer, case_id=case.id, outcome=CaseOutcome.REJECTED, answer="no"),
    ):
        with pytest.raises(NotPossibleNow):
            await late
    assert await verify() == []


async def test_of_two_answers_at_once_one_counts(db):
    case = await complaining.case()
    officer = await complaining.answerer(case)
    answers = [
        case_answers.decide_case(officer, case_id=case.id, outcome=outcome, answer="So.")
        for outcome in (CaseOutcome.UPHELD, CaseOutcome.REJECTED)
    ]
    results = await asyncio.gather(*answers, return_exceptions=True)
    assert sorted(type(each).__name__ for each in results) == ["Case", "NotPossibleNow"]
    assert (await complaining.log_of(case)).count("DECIDED") == 1
    assert await told("CaseAnswered") == 1


async def test_after_an_answer_the_customer_is_asked_how_it_was_but_not_while_another_complaint_is_open(db):
    await asking.survey(occasion=SurveyOccasion.CASE_CLOSED)
    customer, busy = await make.customer(), await make.customer()
    case = await complaining.decided(await complaining.case(customer))
    await complaining.decided(await complaining.case(busy))
    await complaining.case(busy)
    make.clock.moment += HOUR
    while await asking.run_surveys(make.clock):
        pass
    asked = await SurveyInvitation.get(customer_id=customer.id)
    assert (asked.subject, asked.about_id, asked.skipped_because) == (case.id, case.decided_by_id, None)
    skipped = await SurveyInvitation.get(customer_id=busy.id)
    assert skipped.skipped_because is SurveySkip.COMPLAINT


async def test_whoever_answered_answers_no_review_in_any_way_and_in_any_round(db):
    customer = await make.customer()
    me = make.viewer(customer)
    first, second, third = [await make.manager_of(customer.id) for _ in range(3)]
    case = await complaining.case(customer)
    answer = {"case_id": case.id, "outcome": CaseOutcome.REJECTED, "answer": "不"}
    await case_answers.decide_case(first, **answer)
    await case_answers.reopen_case(me, case_id=case.id, words="为什么？")
    await case_answers.decide_case(second, **answer)
    await case_answers.ask_for_review(me, case_id=case.id, words="请复核")
    for manager in (first, second):
        with pytest.raises(SamePerson):
            await case_answers.review_case(manager, **answer)
        with pytest.raises(NotPossibleNow):
            await case_answers.decide_case(manager, **answer)
    assert (await Case.get(id=case.id)).status is CaseStatus.IN_REVIEW
    assert (await case_answers.review_case(third, **answer)).decided_by_id == third.staff_id


async def test_what_waits_for_the_customer_is_not_reopened_but_answered(db):
    customer = await make.customer()
    case = await complaining.case(customer)
    await case_messages.ask_customer(await complaining.answerer(case), case_id=case.id, words="?")
    with pytest.raises(NotPossibleNow):
        await case_answers.reopen_case(make.viewer(customer), case_id=case.id, words="again")
    assert (await Case.get(id=case.id)).status is CaseStatus.WAITING_CUSTOMER
