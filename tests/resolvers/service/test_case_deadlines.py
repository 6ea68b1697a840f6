"""Sooner, later, and for how long the law lets a case take; cases that become one; what time brings about."""

import asyncio
from dataclasses import replace
from datetime import date, timedelta

import pytest

import resolvers
from jobs.verify import verify
from models import Case, CaseClock, CaseExtension, OutboxEvent
from models.database import transaction
from resolvers.service import case_answers, case_assignments, case_deadlines, case_merges, case_messages, redress
from rules.errors import NotFound
from rules.people.reveal import ReasonTooShort
from rules.people.staff import SamePerson
from rules.products.holidays import SpecialDay, SpecialDayKind
from rules.products.states import ProposalStatus
from rules.service.business_time import read_hours
from rules.service.cases import (
    AlreadyExtended,
    CaseKind,
    CaseOutcome,
    CasePriority,
    CaseStatus,
    NotSameCustomer,
    TooLate,
)
from rules.service.redress import RedressKind, RedressWaits
from rules.states import NotPossibleNow
from tests import complaining, make

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


async def told(kind: str) -> int:
    return await OutboxEvent.filter(kind=kind).count()


async def test_another_priority_counts_from_the_beginning(db):
    case = await complaining.case()
    officer = await complaining.answerer(case)
    before = await complaining.clocks_of(case)
    with pytest.raises(ReasonTooShort):
        await case_deadlines.prioritise_case(officer, case_id=case.id, priority=CasePriority.P1, reason="x")
    make.clock.moment += HOUR
    sooner = await case_deadlines.prioritise_case(
        officer, case_id=case.id, priority=CasePriority.P1, reason="孩子的学费也被扣走了"
    )
    clocks = await complaining.clocks_of(case)
    assert sooner.priority is CasePriority.P1
    assert clocks["FIRST_REPLY", 1].due_at == make.NOON + 2.5 * HOUR
    assert clocks["LEGAL", 1].due_at == before["LEGAL", 1].due_at
    assert await verify() == []


async def test_a_complex_complaint_has_thirty_days_and_thirty_more_by_two(db):
    case = await complaining.case()
    officer, manager = await complaining.answerer(case), await make.manager_of(case.customer_id)
    with pytest.raises(AlreadyExtended):
        await case_deadlines.propose_case_extension(officer, case_id=case.id, words="银行未回复")
    complex_ = await case_deadlines.find_case_complex(officer, case_id=case.id, words="要向三家银行核实")
    assert complex_.legal_days == 30
    assert await told("CaseTakesLonger") == 1
    with pytest.raises(AlreadyExtended):
        await case_deadlines.find_case_complex(officer, case_id=case.id, words="again")
    extension = await case_deadlines.propose_case_extension(officer, case_id=case.id, words="银行未回复")
    with pytest.raises(AlreadyExtended):
        await case_deadlines.propose_case_extension(officer, case_id=case.id, words="again")
    assert (await Case.get(id=case.id)).legal_days == 30, "nothing holds before it is approved"
    assert await told("CaseTakesLonger") == 1
    await case_deadlines.approve_case_extension(manager, extension_id=extension.id)
    assert (await Case.get(id=case.id)).legal_days == 60
    assert await told("CaseTakesLonger") == 2
    due_at = (await complaining.clocks_of(case))["LEGAL", 1].due_at
    assert due_at - make.NOON == 60 * DAY + 12 * HOUR
    assert await verify() == []


async def test_whoever_asked_for_time_does_not_give_it(db):
    case = await complaining.case()
    manager, other = await make.manager_of(case.customer_id), await make.manager_of(case.customer_id)
    await case_deadlines.find_case_complex(manager, case_id=case.id, words="复杂")
    extension = await case_deadlines.propose_case_extension(manager, case_id=case.id, words="复杂")
    with pytest.raises(SamePerson):
        await case_deadlines.approve_case_extension(manager, extension_id=extension.id)
    assert not await CaseExtension.visible_to(await make.viewer_of(case.customer_id)).exists()
    await case_deadlines.decline_case_extension(other, extension_id=extension.id)
    assert (await Case.get(id=case.id)).legal_days == 30
    again = await case_deadlines.propose_case_extension(manager, case_id=case.id, words="仍然复杂")
    await complaining.decided(case)
    with pytest.raises(NotPossibleNow):
        await case_deadlines.approve_case_extension(other, extension_id=again.id)
    assert (await CaseExtension.get(id=again.id)).status is ProposalStatus.PROPOSED


async def test_a_request_gets_no_more_time(db):
    case = await complaining.case(kind=CaseKind.REQUEST)
    officer = await complaining.answerer(case)
    with pytest.raises(NotPossibleNow):
        await case_deadlines.find_case_complex(officer, case_id=case.id, words="complex")


async def test_two_cases_about_the_same_become_one_with_the_earlier_beginning(db):
    customer = await make.customer()
    earlier = await complaining.case(customer)
    make.clock.moment += DAY
    later = await complaining.case(customer)
    officer = await complaining.answerer(later)
    into = await case_merges.merge_case(officer, case_id=earlier.id, into_id=later.id)
    assert into.id == later.id
    merged = await Case.get(id=earlier.id)
    assert (merged.status, merged.merged_into_id) == (CaseStatus.MERGED, later.id)
    clocks = await complaining.clocks_of(later)
    first = await complaining.clocks_of(earlier)
    assert {clock.started_at for (kind, _), clock in clocks.items() if kind != "LEGAL"} == {make.NOON}
    assert clocks["LEGAL", 1].due_at == first["LEGAL", 1].due_at
    assert all(clock.ended_at for clock in (await complaining.clocks_of(earlier)).values())
    assert await told("CaseMerged") == 1
    with pytest.raises(NotPossibleNow):
        await case_merges.merge_case(officer, case_id=earlier.id, into_id=later.id)
    assert await verify() == []


async def test_cases_of_two_people_or_of_two_kinds_or_the_same_one_stay_apart(db):
    customer = await make.customer()
    case, request = await complaining.case(customer), await complaining.case(customer, kind=CaseKind.REQUEST)
    other = await complaining.case(await make.customer())
    manager = await make.manager_of(customer.id)
    for into in (request, other, case):
        with pytest.raises(NotSameCustomer):
            await case_merges.merge_case(manager, case_id=case.id, into_id=into.id)
    assert not await Case.exists(status=CaseStatus.MERGED)


async def test_merged_both_ways_at_once_one_of_them_goes_on(db):
    customer = await make.customer()
    one, other = await complaining.case(customer), await complaining.case(customer)
    manager = await make.manager_of(customer.id)
    results = await asyncio.gather(
        case_merges.merge_case(manager, case_id=one.id, into_id=other.id),
        case_merges.merge_case(manager, case_id=other.id, into_id=one.id),
        return_exceptions=True,
    )
    assert sorted(type(each).__name__ for each in results) == ["Case", "NotPossibleNow"]
    assert await Case.filter(status=CaseStatus.MERGED).count() == 1


async def test_what_an_authority_has_too_keeps_its_clocks(db):
    case = await complaining.case()
    before = await complaining.clocks_of(case)
    officer = await make.officer_of(case.customer_id)
    referred = await case_merges.refer_case(officer, case_id=case.id, reference="12378-2026-88")
    assert referred.regulator_reference == "12378-2026-88"
    assert {key: clock.due_at for key, clock in (await complaining.clocks_of(case)).items()} == {
        key: clock.due_at for key, clock in before.items()
    }


async def test_somebody_is_warned_a_manager_looks_after_it_and_the_customer_is_told_each_once(db):
    case = await complaining.case()
    assert await complaining.look() == 0
    marks = []
    for hours in (6, 23, 23.5):
        make.clock.moment = make.NOON + hours * HOUR
        await complaining.look()
        assert await complaining.look() == 0
        marks.append((await complaining.clocks_of(case))["FIRST_REPLY", 1].reached)
    assert marks == [50, 50, 80]
    assert (await Case.get(id=case.id)).is_escalated
    make.clock.moment = make.NOON + 30 * DAY
    await asyncio.gather(complaining.look(), complaining.look())
    assert await complaining.look() == 0
    log = await complaining.log_of(case)
    assert (log.count("WARNED_HALF"), log.count("ESCALATED"), log.count("RAN_OUT")) == (3, 3, 3)
    assert await told("CaseDelayed") == 2, "not for a first reply"
    clocks = await complaining.clocks_of(case)
    assert {(clock.reached, clock.next_at) for clock in clocks.values()} == {(100, None)}
    assert await verify() == []


async def test_what_was_answered_in_time_warns_nobody(db):
    await complaining.decided(await complaining.case())
    make.clock.moment += 40 * DAY
    assert await complaining.look() == 0
    assert not await CaseClock.exists(reached__gt=0)


async def test_a_breach_is_kept_where_the_calendar_changes_and_the_figures_are_right(db):
    case = await complaining.case()
    make.clock.moment += 27 * HOUR
    await complaining.look()
    assert (await complaining.clocks_of(case))["FIRST_REPLY", 1].reached == 100
    resolvers.configure(replace(resolvers.configured(), business_hours=read_hours("09:00-10:00")))
    assert await verify() == [], "what was read by other hours is read anew by itself"
    assert await complaining.look() == 1
    clock = (await complaining.clocks_of(case))["FIRST_REPLY", 1]
    assert clock.due_at - make.NOON > 7 * DAY
    assert (clock.reached, clock.is_late) == (100, False)
    assert (await complaining.log_of(case)).count("RAN_OUT") == 1
    assert await verify() == []


async def test_a_day_made_a_holiday_moves_what_is_promised(db):
    case = await complaining.case()
    before = await complaining.clocks_of(case)
    await make.special_days(SpecialDay(date(2026, 3, 18), SpecialDayKind.HOLIDAY))
    assert await complaining.look() == 1
    after = await complaining.clocks_of(case)
    assert after["RESOLUTION", 1].due_at - before["RESOLUTION", 1].due_at == DAY
    assert after["LEGAL", 1].due_at == before["LEGAL", 1].due_at
    assert await complaining.look() == 0


@pytest.mark.parametrize("kind", CaseKind)
async def test_who_does_not_answer_is_reminded_twice_and_only_a_request_is_closed(db, kind):
    case = await complaining.case(kind=kind)
    officer = await complaining.answerer(case)
    await case_messages.ask_customer(officer, case_id=case.id, words="?")
    for days, reminded in ((4, 0), (5, 1), (6, 1), (10, 2), (13, 2)):
        make.clock.moment = make.NOON + days * DAY
        await complaining.look()
        assert await told("CaseWaits") == reminded
    make.clock.moment = make.NOON + 14 * DAY
    await complaining.look()
    found = await Case.get(id=case.id)
    if kind is CaseKind.REQUEST:
        assert (found.status, found.outcome) == (CaseStatus.CLOSED, CaseOutcome.UNHEARD)
        assert await told("CaseUnheard") == 1
    else:
        assert found.status is CaseStatus.WAITING_CUSTOMER
    assert await verify() == []


async def test_verify_finds_a_clock_that_was_moved(db):
    case = await complaining.case()
    async with transaction(make.system(), "plant"):
        await CaseClock.filter(case_id=case.id, kind="LEGAL").update(due_at=make.NOON)
    assert await verify() == [
        f"case {case.id}: the first of its clocks to run out is not the one that it says",
        f"case {case.id}: its clocks are not what happened to it",
    ]


async def test_somebody_of_another_branch_finds_no_case(db):
    case = await complaining.case()
    stranger = await make.officer_of((await make.customer(branch=await make.branch())).id)
    with pytest.raises(NotFound):
        await case_deadlines.find_case_complex(stranger, case_id=case.id, words="x")


async def test_what_is_merged_again_keeps_the_earliest_day(db):
    customer = await make.customer()
    first = await complaining.case(customer)
    due_at = (await complaining.clocks_of(first))["LEGAL", 1].due_at
    make.clock.moment += 10 * DAY
    second, third = await complaining.case(customer), await complaining.case(customer)
    manager = await make.manager_of(customer.id)
    await case_merges.merge_case(manager, case_id=first.id, into_id=second.id)
    await case_merges.merge_case(manager, case_id=second.id, into_id=third.id)
    assert (await complaining.clocks_of(third))["LEGAL", 1].due_at == due_at
    assert await verify() == []


async def test_a_reopened_case_brings_its_second_round_and_makes_nothing_late(db):
    customer = await make.customer()
    case = await complaining.decided(await complaining.case(customer))
    make.clock.moment += 25 * DAY
    await case_answers.reopen_case(make.viewer(customer), case_id=case.id, words="again")
    other = await complaining.case(customer)
    manager = await make.manager_of(customer.id)
    await case_merges.merge_case(manager, case_id=case.id, into_id=other.id)
    await complaining.look()
    assert "RAN_OUT" not in await complaining.log_of(other)
    assert await verify() == []


async def test_merging_takes_away_no_priority_no_day_and_no_recusal(db):
    customer = await make.customer()
    officer = await make.officer_of(customer.id)
    manager = await make.manager_of(customer.id)
    old, new = await complaining.case(customer), await complaining.case(customer)
    await case_deadlines.find_case_complex(manager, case_id=old.id, words="复杂")
    urgent = {"priority": CasePriority.P1, "reason": "孩子的学费也被扣走了"}
    await case_deadlines.prioritise_case(manager, case_id=new.id, **urgent)
    await case_assignments.recuse(manager, case_id=new.id, staff_id=officer.staff_id)
    due_at = (await complaining.clocks_of(new))["LEGAL", 1].due_at
    assert (await Case.get(id=old.id)).assignee_id == officer.staff_id
    await case_merges.merge_case(manager, case_id=new.id, into_id=old.id)
    case = await Case.get(id=old.id)
    assert (case.priority, case.assignee_id) == (CasePriority.P1, manager.staff_id)
    assert (await complaining.clocks_of(case))["LEGAL", 1].due_at == due_at
    assert not await Case.visible_to(officer).exists()
    assert await verify() == []


async def test_what_waits_to_be_made_up_for_is_not_left_behind(db):
    customer = await make.customer()
    case, other = await complaining.case(customer), await complaining.case(customer)
    manager = await make.manager_of(customer.id)
    await redress.propose_redress(manager, case_id=case.id, kind=RedressKind.APOLOGY, words="抱歉")
    with pytest.raises(RedressWaits):
        await case_merges.merge_case(manager, case_id=case.id, into_id=other.id)
    assert not await Case.exists(status=CaseStatus.MERGED)


async def test_no_time_is_given_once_it_is_over_or_for_an_earlier_round(db):
    customer = await make.customer()
    case = await complaining.case(customer)
    manager, other = await make.manager_of(customer.id), await make.manager_of(customer.id)
    await case_deadlines.find_case_complex(manager, case_id=case.id, words="复杂")
    extension = await case_deadlines.propose_case_extension(manager, case_id=case.id, words="更复杂")
    await complaining.decided(case)
    await case_answers.reopen_case(make.viewer(customer), case_id=case.id, words="again")
    with pytest.raises(NotPossibleNow):
        await case_deadlines.approve_case_extension(other, extension_id=extension.id)
    assert (await Case.get(id=case.id)).legal_days == 15
    make.clock.moment += 16 * DAY
    with pytest.raises(TooLate):
        await case_deadlines.find_case_complex(manager, case_id=case.id, words="复杂")
    assert (await Case.get(id=case.id)).legal_days == 15


async def test_who_is_closed_unheard_after_an_outage_is_not_reminded_as_well(db):
    case = await complaining.case(kind=CaseKind.REQUEST)
    await case_messages.ask_customer(await complaining.answerer(case), case_id=case.id, words="?")
    make.clock.moment += 15 * DAY
    await complaining.look()
    assert (await told("CaseUnheard"), await told("CaseWaits")) == (1, 0)
