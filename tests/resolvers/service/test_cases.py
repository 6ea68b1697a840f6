"""Opening cases, and who answers them."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from jobs.verify import verify
from models import Case, CaseEntry, CaseFile, Feedback, NamedOfficer, OutboxEvent, Staff, Upload
from notifications.events import read_event
from resolvers.people import branches, restrictions, staff
from resolvers.service import case_answers, case_assignments, case_messages, cases, feedback
from rules.applications.steps import Skill, WithColleague
from rules.documents.uploads import UploadNotUsable, UploadStatus
from rules.errors import KeyReused, NotFound
from rules.people.access import PartyRole, Role
from rules.people.kinds import Locale
from rules.people.relationships import RelationshipKind
from rules.people.staff import OwnAffairs
from rules.service.cases import (
    MESSAGES_AN_HOUR,
    MOST_OPEN,
    CaseCategory,
    CaseChannel,
    CaseKind,
    CasePriority,
    CaseStatus,
    Complainant,
    NobodyLeft,
    NoOfficerOfOnesOwn,
    ProofMissing,
    ReceivedNotThen,
    Recused,
    TooManyCases,
    TooManyMessages,
)
from rules.service.entries import Audience
from rules.service.feedback import FeedbackKind, FeedbackTopic
from rules.states import NotPossibleNow
from tests import complaining, make, referring


async def test_a_complaint_is_acknowledged_at_once_with_its_number_and_timetable(db):
    make.clock.moment = datetime(2026, 3, 16, 15, 50, tzinfo=UTC)
    case = await complaining.case()
    assert (case.status, case.priority, case.legal_days) == (CaseStatus.ACKNOWLEDGED, CasePriority.P3, 15)
    clocks = await complaining.clocks_of(case)
    assert {kind for kind, _ in clocks} == {"FIRST_REPLY", "RESOLUTION", "LEGAL"}
    assert clocks["FIRST_REPLY", 1].due_at == datetime(2026, 3, 18, 2, tzinfo=UTC)
    assert clocks["LEGAL", 1].due_at == datetime(2026, 3, 31, 16, tzinfo=UTC)
    assert case.due_at == clocks["FIRST_REPLY", 1].due_at
    event = await OutboxEvent.get(kind="CaseOpened")
    assert f"C-2026-{case.id:06d}" in event.body
    assert await complaining.log_of(case) == ["OPENED"]
    assert await verify() == []


async def test_a_request_has_no_legal_clock(db):
    case = await complaining.case(kind=CaseKind.REQUEST)
    assert (case.legal_days, case.priority) == (None, CasePriority.P4)
    assert {kind for kind, _ in await complaining.clocks_of(case)} == {"FIRST_REPLY", "RESOLUTION"}


async def test_the_same_key_opens_one_case(db):
    customer = await make.customer()
    asked = {"words": complaining.WORDS, "key": "tap"}
    both = [cases.open_case(make.viewer(customer), complaining.terms(), **asked) for _ in range(2)]
    first, second = await asyncio.gather(*both)
    assert first.id == second.id
    assert await Case.all().count() == 1
    with pytest.raises(KeyReused):
        await cases.open_case(make.viewer(customer), complaining.terms(), words="anders", key="tap")


async def test_a_loan_of_somebody_else_is_not_there(db):
    loan = await make.loan()
    with pytest.raises(NotFound):
        await complaining.case(loan_id=loan.id)
    assert not await Case.exists()
    guarantor = await make.customer()
    await make.party(loan, guarantor, PartyRole.GUARANTOR)
    assert (await complaining.case(guarantor, loan_id=loan.id)).loan_id == loan.id


async def test_pictures_are_used_once_and_only_ones_own(db):
    customer = await make.customer()
    picture = await complaining.picture(customer)
    case = await complaining.case(customer, upload_ids=[picture.id, picture.id])
    assert await CaseFile.filter(case_id=case.id).count() == 1
    assert (await Upload.get(id=picture.id)).status is UploadStatus.USED
    with pytest.raises(UploadNotUsable):
        await complaining.case(customer, upload_ids=[picture.id])
    with pytest.raises(NotFound):
        await complaining.case(await make.customer(), upload_ids=[picture.id])
    assert await Case.all().count() == 1


async def test_a_file_is_opened_by_its_owner_and_those_in_charge_and_by_nobody_else(db):
    customer = await make.customer()
    case = await complaining.case(customer, upload_ids=[(await complaining.picture(customer)).id])
    file = await CaseFile.get(case_id=case.id)
    for viewer in (make.viewer(customer), await make.officer_of(customer.id)):
        assert (await case_messages.open_case_file(viewer, file_id=file.id)).url.startswith("/files/")
    far = await make.customer(branch=await make.branch())
    others = [make.viewer(far), await make.officer_of(far.id)]
    for viewer in [*others, await make.signed_in(await make.staff(role=Role.AUDITOR))]:
        with pytest.raises(NotFound):
            await case_messages.open_case_file(viewer, file_id=file.id)


async def test_ten_cases_are_open_at_once_and_no_more(db):
    customer = await make.customer()
    for _ in range(MOST_OPEN):
        await complaining.case(customer)
    with pytest.raises(TooManyCases) as refused:
        await complaining.case(customer)
    assert refused.value.limit == MOST_OPEN
    assert await Case.all().count() == MOST_OPEN


async def test_whoever_writes_ten_thousand_messages_is_asked_to_wait(db):
    customer = await make.customer()
    case = await complaining.case(customer)
    me = make.viewer(customer)
    for number in range(MESSAGES_AN_HOUR - 1):
        make.clock.moment += timedelta(seconds=1)
        await case_messages.write_in_case(me, case_id=case.id, words=f"{number}")
    with pytest.raises(TooManyMessages) as refused:
        await case_messages.write_in_case(me, case_id=case.id, words="more")
    assert refused.value.again_at == case.created_at + timedelta(hours=1)
    assert await CaseEntry.filter(case_id=case.id, by=Role.CUSTOMER).count() == MESSAGES_AN_HOUR
    make.clock.moment = refused.value.again_at
    await case_messages.write_in_case(me, case_id=case.id, words="more")


async def test_it_is_given_to_who_knows_how_and_has_the_fewest(db):
    customer = await make.customer()
    plain = await complaining.colleague(customer.id)
    await make.officer_of(customer.id, skills=[])
    skilled = await complaining.colleague(customer.id)
    manager = await complaining.colleague(customer.id, Role.MANAGER)
    given = [(await complaining.case(customer)).assignee_id for _ in range(3)]
    assert given == [plain.id, skilled.id, plain.id]
    assert manager.id not in given


async def test_who_speaks_english_with_a_customer_who_does(db):
    customer = await make.customer(locale=Locale.EN)
    await make.officer_of(customer.id, skills=[Skill.COMPLAINTS])
    both = await make.officer_of(customer.id, skills=[Skill.COMPLAINTS, Skill.ENGLISH])
    assert (await complaining.case(customer)).assignee_id == both.staff_id


async def test_a_manager_answers_where_no_officer_can_and_nobody_where_nobody_can(db):
    customer = await make.customer()
    assert (await complaining.case(customer)).assignee_id is None
    manager = await complaining.colleague(customer.id, Role.MANAGER)
    assert (await complaining.case(customer)).assignee_id == manager.id


async def test_whoever_called_about_the_debt_does_not_answer_a_complaint_about_that(db):
    loan = await make.loan()
    caller = await complaining.colleague(loan.customer_id)
    other = await complaining.colleague(loan.customer_id)
    await make.contact(loan, caller, callee_id=loan.customer_id)
    viewer = await make.viewer_of(loan.customer_id)
    asked = {"words": complaining.WORDS}
    about_calls = await cases.open_case(
        viewer, complaining.terms(category=CaseCategory.COLLECTIONS), key="calls", **asked
    )
    assert about_calls.assignee_id == other.id
    about_payments = await cases.open_case(viewer, complaining.terms(), key="payments", **asked)
    assert about_payments.assignee_id == caller.id


async def test_the_officer_whom_it_is_about_sees_nothing_of_it(db):
    customer = await make.customer()
    own = await make.officer_of(customer.id)
    async with make.unit():
        await NamedOfficer.create(
            customer_id=customer.id, staff_id=own.staff_id, name="王", assigned_by_id=own.staff_id
        )
    case = await complaining.case(customer, category=CaseCategory.STAFF, is_about_my_officer=True)
    assert await complaining.recused(case) == {own.staff_id}
    assert case.assignee_id is None
    assert not await Case.visible_to(own).exists()
    assert not await CaseEntry.visible_to(own).exists()
    with pytest.raises(NotFound):
        await case_messages.reply_to_case(own, case_id=case.id, words="stop")
    other = await make.officer_of(customer.id)
    assert await Case.visible_to(other).filter(id=case.id).exists()
    told = {entry.kind: entry.audience async for entry in CaseEntry.filter(case_id=case.id)}
    assert told == {"OPENED": Audience.EVERYBODY, "RECUSED": Audience.STAFF}


async def test_who_writes_down_a_complaint_about_himself_does_not_answer_it(db):
    customer = await make.customer()
    clerk = await make.officer_of(customer.id)
    other = await make.officer_of(customer.id)
    case = await cases.open_case_for(
        clerk,
        complaining.terms(channel=CaseChannel.PHONE, category=CaseCategory.STAFF),
        customer_id=customer.id,
        words="他挂了我的电话",
        key="call",
        about_staff_id=clerk.staff_id,
    )
    assert (case.assignee_id, case.opened_by_id) == (other.staff_id, clerk.staff_id)
    assert not await Case.visible_to(clerk).exists()
    assert await Case.visible_to(make.viewer(customer)).filter(id=case.id).exists()


async def test_a_letter_counts_from_the_day_it_reached_us(db):
    customer = await make.customer()
    clerk = await make.officer_of(customer.id)
    received_at = make.NOON - timedelta(days=4)
    case = await cases.open_case_for(
        clerk,
        complaining.terms(channel=CaseChannel.LETTER, received_at=received_at),
        customer_id=customer.id,
        words="信",
        key="letter",
    )
    assert case.received_at == received_at
    assert (await complaining.clocks_of(case))["LEGAL", 1].due_at == datetime(2026, 3, 27, 16, tzinfo=UTC)


async def test_an_heir_is_named_and_shows_his_paper(db):
    customer = await make.customer()
    clerk = await make.officer_of(customer.id)
    said = {"customer_id": customer.id, "words": "家父去世", "key": "heir"}
    heir = {"channel": CaseChannel.BRANCH, "complainant": Complainant.HEIR}
    with pytest.raises(ProofMissing):
        await cases.open_case_for(clerk, complaining.terms(**heir), **said)
    with pytest.raises(ReceivedNotThen):
        later = complaining.terms(channel=CaseChannel.PHONE, received_at=make.NOON + timedelta(days=1))
        await cases.open_case_for(clerk, later, **said)
    assert not await Case.exists()
    proven = complaining.terms(**heir, complainant_name="张小明", proof="继承公证书 2026-17")
    assert (await cases.open_case_for(clerk, proven, **said)).complainant is Complainant.HEIR


async def test_nobody_opens_or_answers_the_case_of_his_family(db):
    customer, relative = await make.customer(), await make.customer()
    await referring.related(customer, relative, RelationshipKind.FAMILY)
    kin = await make.officer_of(customer.id, customer_id=relative.id)
    with pytest.raises(OwnAffairs):
        await cases.open_case_for(
            kin, complaining.terms(channel=CaseChannel.PHONE), customer_id=customer.id, words="x", key="kin"
        )
    assert not await Case.exists()
    case = await complaining.case(customer)
    assert case.assignee_id != kin.staff_id
    with pytest.raises(OwnAffairs):
        await case_assignments.take_case(kin, case_id=case.id)
    with pytest.raises(Recused):
        manager = await make.manager_of(customer.id)
        await case_assignments.assign_case(manager, case_id=case.id, staff_id=kin.staff_id)


async def test_a_colleagues_case_stays_his_and_a_manager_moves_it(db):
    customer = await make.customer()
    first, second = await make.officer_of(customer.id), await make.officer_of(customer.id)
    case = await complaining.case(customer)
    assert case.assignee_id == first.staff_id
    with pytest.raises(WithColleague):
        await case_messages.reply_to_case(second, case_id=case.id, words="hello")
    manager = await make.manager_of(customer.id)
    moved = await case_assignments.assign_case(manager, case_id=case.id, staff_id=second.staff_id)
    assert moved.assignee_id == second.staff_id
    await case_assignments.take_case(second, case_id=case.id)
    assert await complaining.log_of(case) == ["OPENED", "ASSIGNED", "ASSIGNED", "BEGUN"]
    stranger = await make.officer_of((await make.customer(branch=await make.branch())).id)
    with pytest.raises(NotFound):
        await case_assignments.assign_case(manager, case_id=case.id, staff_id=stranger.staff_id)


async def test_recusing_who_answers_it_gives_it_to_another(db):
    customer = await make.customer()
    first, second = await make.officer_of(customer.id), await make.officer_of(customer.id)
    case = await complaining.case(customer)
    manager = await make.manager_of(customer.id)
    moved = await case_assignments.recuse(manager, case_id=case.id, staff_id=first.staff_id)
    assert moved.assignee_id == second.staff_id
    assert not await Case.visible_to(first).exists()
    with pytest.raises(Recused):
        await case_assignments.assign_case(manager, case_id=case.id, staff_id=first.staff_id)
    again = await case_assignments.recuse(manager, case_id=case.id, staff_id=first.staff_id)
    assert again.assignee_id == second.staff_id
    assert (await complaining.log_of(case)).count("RECUSED") == 1


async def test_a_case_is_taken_up_once(db):
    customer = await make.customer()
    case = await complaining.case(customer)
    officers = [await make.officer_of(customer.id) for _ in range(2)]
    tries = [case_assignments.take_case(officer, case_id=case.id) for officer in officers]
    results = await asyncio.gather(*tries, return_exceptions=True)
    assert sorted(type(each).__name__ for each in results) == ["Case", "WithColleague"]
    taker = await Staff.get(id=(await Case.get(id=case.id)).assignee_id)
    with pytest.raises(NotPossibleNow):
        await case_assignments.take_case(await make.signed_in(taker), case_id=case.id)


async def test_staff_name_no_loan_that_is_somebody_elses(db):
    customer, loan = await make.customer(), await make.loan()
    clerk = await make.officer_of(customer.id)
    with pytest.raises(NotFound):
        await cases.open_case_for(
            clerk,
            complaining.terms(channel=CaseChannel.PHONE, loan_id=loan.id),
            customer_id=customer.id,
            words="x",
            key="x",
        )
    assert not await Case.exists()
    assert await verify() == []


async def test_who_has_no_officer_of_his_own_is_told_so(db):
    with pytest.raises(NoOfficerOfOnesOwn):
        await complaining.case(is_about_my_officer=True)
    assert not await Case.exists()


async def test_of_a_letter_of_some_time_ago_the_customer_is_told_what_lies_ahead(db):
    customer = await make.customer()
    clerk = await make.officer_of(customer.id)
    old = complaining.terms(channel=CaseChannel.LETTER, received_at=make.NOON - timedelta(days=12))
    await cases.open_case_for(clerk, old, customer_id=customer.id, words="信", key="letter")
    told = read_event("CaseOpened", (await OutboxEvent.get(kind="CaseOpened")).body)
    assert told.due_at == datetime(2026, 3, 19, 16, tzinfo=UTC), "the law's, for what we promised is over"


async def test_what_is_over_is_not_taken_up(db):
    customer = await make.customer()
    case = await complaining.case(customer)
    assert case.assignee_id is None
    await case_answers.withdraw_case(make.viewer(customer), case_id=case.id)
    officer = await make.officer_of(customer.id)
    with pytest.raises(NotPossibleNow):
        await case_assignments.take_case(officer, case_id=case.id)
    assert await complaining.log_of(case) == ["OPENED", "WITHDRAWN"]


async def test_nobody_recuses_in_his_familys_case_nor_so_that_nobody_is_left(db):
    customer = await make.customer()
    officer, manager = await make.officer_of(customer.id), await make.manager_of(customer.id)
    kin = await make.manager_of(customer.id, customer_id=customer.id)
    case = await complaining.case(customer)
    with pytest.raises(OwnAffairs):
        await case_assignments.recuse(kin, case_id=case.id, staff_id=officer.staff_id)
    await case_assignments.recuse(manager, case_id=case.id, staff_id=kin.staff_id)
    with pytest.raises(NobodyLeft):
        await case_assignments.recuse(manager, case_id=case.id, staff_id=manager.staff_id)
    assert await Case.visible_to(manager).filter(id=case.id).exists()


async def test_whoever_is_recused_while_he_answers_does_not(db):
    customer = await make.customer()
    officer, other = await make.officer_of(customer.id), await make.officer_of(customer.id)
    manager = await make.manager_of(customer.id)
    case = await complaining.case(customer)
    assert case.assignee_id == officer.staff_id
    results = await asyncio.gather(
        case_assignments.recuse(manager, case_id=case.id, staff_id=officer.staff_id),
        *(case_messages.reply_to_case(officer, case_id=case.id, words=f"{number}") for number in range(4)),
        return_exceptions=True,
    )
    assert not isinstance(results[0], BaseException)
    log = await complaining.log_of(case)
    assert "REPLIED" not in log[log.index("RECUSED") :]
    assert (await Case.get(id=case.id)).assignee_id == other.staff_id


async def test_cases_are_freed_where_whoever_has_them_goes_or_sees_them_no_more(db):
    admin = await make.signed_in(await make.staff(role=Role.ADMIN))
    customer, shut = await make.customer(), await make.customer()
    officer = await make.officer_of(customer.id)
    gone, hidden = await complaining.case(customer), await complaining.case(shut)
    assert (gone.assignee_id, hidden.assignee_id) == (officer.staff_id, officer.staff_id)
    said = {"kind": FeedbackKind.IDEA, "topic": FeedbackTopic.OTHER, "words": "x", "is_anonymous": False}
    given = (await feedback.give_feedback(make.viewer(shut), **said)).feedback
    manager = await make.manager_of(customer.id)
    await restrictions.restrict_file(manager, customer_id=shut.id, reason="A colleague's family.")
    assert (await Case.get(id=hidden.id)).assignee_id is None
    assert not await Feedback.visible_to(officer).filter(id=given.id).exists()
    await staff.disable_staff(admin, officer.staff_id)
    assert (await Case.get(id=gone.id)).assignee_id is None
    far = await make.branch()
    await branches.assign_customers(admin, from_branch_id=customer.branch_id, to_branch_id=far.id)
    assert (await Feedback.get(id=given.id)).branch_id == far.id
