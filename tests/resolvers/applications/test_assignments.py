import asyncio
from datetime import timedelta
from decimal import Decimal

import pytest

from models import Application, ApplicationStep, Branch, Customer, StaffSkill
from resolvers.applications.assignments import assign_application, set_skills, take_application
from resolvers.applications.corrections import return_application
from resolvers.applications.decisions import counter_offer, decide_application, recommend_application
from resolvers.documents.requests import request_documents
from resolvers.people.restrictions import grant_access, restrict_file
from resolvers.people.staff import disable_staff
from rules.applications.decisions import OwnApplication
from rules.applications.kinds import DecisionReason, Outcome
from rules.applications.states import ApplicationStatus
from rules.applications.steps import Skill, SkillMissing, WithColleague
from rules.documents.requests import PaperKind
from rules.errors import Conflict, NotFound
from rules.money import Money
from rules.people.access import Role
from rules.people.kinds import Locale
from rules.people.staff import OwnAccount
from rules.states import NotPossibleNow
from tests import make
from tests.resolvers.applications.stories import desk, submitted

APPROVE = (Outcome.APPROVE, DecisionReason.AFFORDABLE)


@pytest.fixture
async def application(db) -> Application:
    return await submitted(await make.customer())


async def desk_of(application: Application, role: Role = Role.OFFICER, **columns):
    return await desk(await Customer.get(id=application.customer_id), role, **columns)


async def test_whoever_takes_it_works_on_it_alone(application):
    (mine, me), (_, other), (_, boss) = [await desk_of(application) for _ in range(2)] + [
        await desk_of(application, Role.MANAGER)
    ]
    taken = await take_application(me, application_id=application.id, version=application.version)
    assert (taken.status, taken.assignee_id) == (ApplicationStatus.REVIEW, mine.id)
    before = await make.everything()
    named = {"application_id": application.id, "version": taken.version}
    with pytest.raises(WithColleague) as refused:
        await take_application(other, **named)
    assert refused.value.colleague == mine.name
    with pytest.raises(WithColleague):
        await return_application(other, reason="Which employer?", **named)
    with pytest.raises(WithColleague):
        await recommend_application(other, application.id, Outcome.APPROVE, "Yes.", taken.version)
    with pytest.raises(WithColleague):
        await decide_application(other, application.id, *APPROVE, taken.version)
    assert await make.everything() == before
    again = await take_application(me, **named)
    decided = await decide_application(boss, application.id, *APPROVE, again.version)
    assert decided.status is ApplicationStatus.OFFERED


async def test_a_manager_gives_it_to_somebody_in_charge_of_the_branch(application):
    (_, me), (chosen, other), (_, boss) = [await desk_of(application) for _ in range(2)] + [
        await desk_of(application, Role.MANAGER)
    ]
    taken = await take_application(me, application_id=application.id, version=application.version)
    elsewhere = await make.staff(branches=[await make.branch()])
    auditor, gone = await make.staff(role=Role.AUDITOR), await desk_of(application, is_active=False)
    before = await make.everything()
    for staff_id in (elsewhere.id, auditor.id, gone[0].id, 999):
        with pytest.raises(NotFound):
            await assign_application(boss, application_id=application.id, staff_id=staff_id, version=taken.version)
    assert await make.everything() == before
    given = await assign_application(boss, application_id=application.id, staff_id=chosen.id, version=taken.version)
    assert given.assignee_id == chosen.id
    decided = await decide_application(other, application.id, *APPROVE, given.version)
    with pytest.raises(NotPossibleNow):
        await assign_application(boss, application_id=application.id, staff_id=chosen.id, version=decided.version)


async def test_nobody_takes_or_is_given_his_own(application):
    himself, me = await desk_of(application, customer_id=application.customer_id)
    _, boss = await desk_of(application, Role.MANAGER)
    before = await make.everything()
    with pytest.raises(OwnApplication):
        await take_application(me, application_id=application.id, version=application.version)
    with pytest.raises(OwnApplication):
        await assign_application(boss, application_id=application.id, staff_id=himself.id, version=application.version)
    assert await make.everything() == before


async def test_no_manager_chooses_who_decides_his_own(application):
    colleague, _ = await desk_of(application)
    _, applicant = await desk_of(application, Role.MANAGER, customer_id=application.customer_id)
    before = await make.everything()
    with pytest.raises(OwnApplication):
        await assign_application(
            applicant, application_id=application.id, staff_id=colleague.id, version=application.version
        )
    assert await make.everything() == before


async def test_what_takes_a_skill_goes_to_whoever_has_it(db):
    application = await submitted(await make.customer(locale=Locale.EN))
    assert application.skill is Skill.ENGLISH
    mine, me = await desk_of(application, skills=[])
    _, boss = await desk_of(application, Role.MANAGER)
    before = await make.everything()
    with pytest.raises(SkillMissing) as refused:
        await take_application(me, application_id=application.id, version=application.version)
    assert refused.value.skill is Skill.ENGLISH
    with pytest.raises(SkillMissing):
        await assign_application(boss, application_id=application.id, staff_id=mine.id, version=application.version)
    with pytest.raises(SkillMissing):
        await recommend_application(me, application.id, Outcome.APPROVE, "Earns enough.", application.version)
    with pytest.raises(SkillMissing):
        await decide_application(
            me, application.id, Outcome.APPROVE, DecisionReason.AFFORDABLE, version=application.version
        )
    named = {"application_id": application.id, "version": application.version}
    with pytest.raises(SkillMissing):
        await return_application(me, reason="Please ask for less.", **named)
    with pytest.raises(SkillMissing):
        await request_documents(me, kinds=[PaperKind.PAYSLIP], reason="To see your income.", **named)
    with pytest.raises(SkillMissing):
        await counter_offer(me, amount=Money(Decimal(5000), "CNY"), term=12, **named)
    assert await make.everything() == before
    await set_skills(boss, staff_id=mine.id, skills=[Skill.ENGLISH, Skill.ENGLISH, Skill.REFINANCING])
    assert await StaffSkill.filter(staff_id=mine.id).count() == 2
    await set_skills(boss, staff_id=mine.id, skills=[Skill.ENGLISH])
    assert [each.skill for each in await StaffSkill.filter(staff_id=mine.id)] == [Skill.ENGLISH]
    taken = await take_application(me, application_id=application.id, version=application.version)
    assert taken.assignee_id == mine.id
    with pytest.raises(OwnAccount):
        await set_skills(boss, staff_id=boss.staff_id, skills=[])


@pytest.mark.parametrize("number", range(3))
async def test_of_two_who_take_it_at_once_one_has_it(application, number):
    takers = [(await desk_of(application))[1] for _ in range(3)]
    named = {"application_id": application.id, "version": application.version}
    answers = await asyncio.gather(*(take_application(each, **named) for each in takers), return_exceptions=True)
    assert sorted(type(answer).__name__ for answer in answers) == ["Application", "Conflict", "Conflict"]
    assert isinstance(next(answer for answer in answers if not isinstance(answer, Application)), Conflict)
    assert (await Application.get()).version == application.version + 1


async def test_its_steps_say_where_its_time_went(application):
    _, me = await desk_of(application)
    me.clock.moment += timedelta(days=8)
    sent_back = await return_application(
        me, application_id=application.id, version=application.version, reason="Which employer?"
    )
    drafted, waited, now = await ApplicationStep.all().order_by("id")
    assert [each.status for each in (drafted, waited, now)] == [
        ApplicationStatus.DRAFT,
        ApplicationStatus.SUBMITTED,
        ApplicationStatus.RETURNED,
    ]
    assert (drafted.seconds, drafted.due_at, drafted.is_late) == (0, None, False)
    assert (waited.seconds, waited.is_late, waited.left_at) == (8 * 86400, True, me.now)
    assert waited.due_at == waited.created_at + timedelta(days=1)
    assert (now.left_at, now.seconds, now.due_at, sent_back.due_at) == (None, None, None, None)
    assert await Branch.all().count() == 1


async def test_skills_are_of_colleagues_of_ones_own_branches_and_never_ones_own(db):
    customer = await make.customer()
    officer, _ = await desk(customer)
    me = await make.manager_of(customer.id, customer_id=customer.id)
    mine = await make.manager_of(customer.id, customer_id=customer.id)
    elsewhere = await make.signed_in(await make.staff(role=Role.MANAGER, branches=[await make.branch()]))
    auditor = await make.staff(role=Role.AUDITOR)
    before = await make.everything()
    for refusal, viewer, staff_id in (
        (OwnAccount, me, me.staff_id),
        (OwnAccount, me, mine.staff_id),
        (NotFound, elsewhere, officer.id),
        (NotFound, me, auditor.id),
    ):
        with pytest.raises(refusal):
            await set_skills(viewer, staff_id=staff_id, skills=[])
    assert await make.everything() == before


async def test_a_restricted_customers_application_goes_to_who_sees_it(db):
    customer = await make.customer()
    application = await submitted(customer)
    boss = await make.manager_of(customer.id)
    (officer, _), (other, _) = [await desk(customer) for _ in range(2)]
    await restrict_file(boss, customer_id=customer.id, reason="She works at our branch.")
    await grant_access(
        boss, customer_id=customer.id, staff_id=other.id, last_day=make.TODAY, reason="He looks after her."
    )
    before = await make.everything()
    giving = {"application_id": application.id, "version": application.version}
    with pytest.raises(NotFound):
        await assign_application(boss, staff_id=officer.id, **giving)
    assert await make.everything() == before
    assert (await assign_application(boss, staff_id=other.id, **giving)).assignee_id == other.id


async def test_whoever_sees_a_file_no_longer_has_its_application_no_longer(db):
    for role, keeps in ((Role.OFFICER, False), (Role.MANAGER, True)):
        customer = await make.customer()
        application = await submitted(customer)
        staff, viewer = await desk(customer, role)
        await take_application(viewer, application_id=application.id, version=application.version)
        other = await submitted(await make.customer())
        await take_application(viewer, application_id=other.id, version=other.version)
        boss = await make.manager_of(customer.id)
        await restrict_file(boss, customer_id=customer.id, reason="She works at our branch.")
        assert (await Application.get(id=application.id)).assignee_id == (staff.id if keeps else None)
        assert (await Application.get(id=other.id)).assignee_id == staff.id


async def test_what_somebody_had_who_is_gone_is_free_for_his_colleagues(db):
    customer = await make.customer()
    application = await submitted(customer)
    (gone, his), (_, colleague) = [await desk(customer) for _ in range(2)]
    taken = await take_application(his, application_id=application.id, version=application.version)
    with pytest.raises(WithColleague):
        await take_application(colleague, application_id=application.id, version=taken.version)
    await disable_staff(await make.signed_in(await make.staff(role=Role.ADMIN)), gone.id)
    await take_application(colleague, application_id=application.id, version=taken.version)
