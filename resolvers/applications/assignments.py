"""Who works on which application."""

from collections.abc import Sequence

from models import AccessGrant, Application, ApplicationParty, Customer, Staff, StaffBranch, StaffSkill, Viewer
from models.database import locked, transaction
from resolvers.applications.steps import keep, lock_version, take_into_review
from resolvers.people.relationships import kin_of
from resolvers.people.staff import accounts_of
from rules.applications.decisions import OwnApplication
from rules.applications.states import WORKED_ON
from rules.applications.steps import Skill, check_assignee, check_skill
from rules.errors import NotFound
from rules.people.access import IN_CHARGE, Role
from rules.people.staff import check_not_self
from rules.states import NotPossibleNow


async def take_application(viewer: Viewer, *, application_id: int, version: int) -> Application:
    """Take an application: it is in review, and nobody but a manager works on it beside.

    Raises `NotFound`, `Conflict`, `NotPossibleNow`, `OwnApplication`, `SkillMissing`, `WithColleague`.
    """
    async with transaction(viewer, "take_application"):
        application = await lock_version(viewer, application_id, version)
        staff = await _unless_with_colleague(viewer, application)
        take_into_review(application, viewer.role)
        await _give(application, staff)
        return application


async def assign_application(viewer: Viewer, *, application_id: int, staff_id: int, version: int) -> Application:
    """Give an application to a colleague in charge of its branch, whoever had it; nobody chooses who decides his own.

    Raises `NotFound`, `Conflict`, `NotPossibleNow`, `OwnApplication`, `SkillMissing`.
    """
    async with transaction(viewer, "assign_application"):
        application = await lock_version(viewer, application_id, version)
        if application.status not in WORKED_ON:
            raise NotPossibleNow(current=application.status)
        await _check_not_his(application, await Staff.get(id=viewer.staff_id))
        await _give(application, await _colleague(viewer, application, staff_id))
        return application


async def set_skills(viewer: Viewer, *, staff_id: int, skills: Sequence[Skill]) -> Staff:
    """Say which skills somebody has who works on applications of a branch of the viewer's.

    Raises `NotFound`, `OwnAccount`, also for another account of his own.
    """
    async with transaction(viewer, "set_skills") as unit:
        staff = await locked(Staff, viewer, staff_id)
        for account in await accounts_of(viewer):
            check_not_self(account, staff_id)
        shared = StaffBranch.filter(staff_id=staff_id, branch_id__in=list(viewer.branch_ids))
        if staff.role not in IN_CHARGE or not await shared.exists():
            raise NotFound
        unit.subject = staff
        await StaffSkill.filter(staff_id=staff.id).delete()
        await StaffSkill.bulk_create([StaffSkill(staff_id=staff.id, skill=skill) for skill in sorted(set(skills))])
        return staff


async def working_on(viewer: Viewer, application: Application) -> Staff:
    """Give the viewer, who may work on an application: no colleague has it, no family takes part, and he has its skill.

    A manager also works on what a colleague has, and on what takes a skill that he has not.
    Raises `WithColleague`, `OwnApplication`, `SkillMissing`.
    """
    staff = await _unless_with_colleague(viewer, application)
    await _check_not_his(application, staff)
    if staff.role is not Role.MANAGER:
        await _check_skilled(application, staff)
    return staff


async def _unless_with_colleague(viewer: Viewer, application: Application) -> Staff:
    """Give the viewer, who is a manager or works on what no colleague has. Raises `WithColleague`."""
    staff = await Staff.get(id=viewer.staff_id)
    if application.assignee_id is not None:
        colleague = await Staff.get(id=application.assignee_id)
        check_assignee(staff.role, staff.id, colleague.id, colleague.name)
    return staff


async def _check_not_his(application: Application, staff: Staff) -> None:
    """Let somebody have an application in which neither he nor his family applies, borrows along or answers for it.

    Raises `OwnApplication`.
    """
    kin = await kin_of(staff)
    parties = ApplicationParty.filter(application_id=application.id, is_active=True, customer_id__in=list(kin))
    if kin and (application.customer_id in kin or await parties.exists()):
        raise OwnApplication


async def _check_skilled(application: Application, staff: Staff) -> None:
    skills = await StaffSkill.filter(staff_id=staff.id) if application.skill is not None else []
    check_skill(application.skill, [each.skill for each in skills])


async def _colleague(viewer: Viewer, application: Application, staff_id: int) -> Staff:
    customer = await Customer.get(id=application.customer_id)
    colleague = await Staff.visible_to(viewer).get_or_none(id=staff_id, is_active=True, role__in=sorted(IN_CHARGE))
    if colleague is None or not await StaffBranch.exists(staff_id=staff_id, branch_id=customer.branch_id):
        raise NotFound
    let_in = AccessGrant.filter(customer_id=customer.id, staff_id=colleague.id, is_active=True)
    if customer.is_restricted and colleague.role is Role.OFFICER and not await let_in.exists():
        raise NotFound  # He would not see it.
    return colleague


async def _give(application: Application, staff: Staff) -> None:
    await _check_not_his(application, staff)
    await _check_skilled(application, staff)
    application.assignee_id = staff.id
    await keep(application, "assignee_id")
