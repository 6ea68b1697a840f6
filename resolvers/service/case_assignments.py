"""Who answers a case: somebody who has nothing to do with it, who knows how, and who has the fewest."""

from collections import Counter, defaultdict
from datetime import timedelta
from typing import Any

from models import (
    AccessGrant,
    Application,
    Assessment,
    Case,
    CaseRecusal,
    Contact,
    Customer,
    Decision,
    NamedOfficer,
    Relationship,
    Staff,
    StaffBranch,
    StaffSkill,
    Viewer,
)
from models.database import open_unit, transaction
from resolvers.people.relationships import check_not_ones_own, kin_of
from resolvers.service.case_log import keep, lock_case, log, move
from rules.applications.steps import Skill, check_assignee
from rules.errors import NotFound
from rules.people.access import IN_CHARGE, Role
from rules.people.kinds import Locale
from rules.people.relationships import RelationshipKind
from rules.service.cases import RUNNING, CaseCategory, CaseStatus, NobodyLeft, Recused
from rules.service.entries import CaseEntryKind
from rules.states import NotPossibleNow

LOOKED_BACK = timedelta(days=90)
"""Whoever spoke with the customer about his debts so lately does not answer a complaint about that."""


async def working_on(viewer: Viewer, case_id: int) -> Case:
    """Lock a case that this person may work on; one that nobody has becomes his, and he begins.

    Raises `NotFound` also to whom it is about, `OwnAffairs`, `WithColleague`, `NotPossibleNow` once it is answered.
    """
    case = await lock_case(viewer, case_id)
    await check_not_ones_own(viewer, case.customer_id)
    assert viewer.staff_id is not None, "staff work on cases"
    colleague = None if case.assignee_id is None else await Staff.get(id=case.assignee_id)
    check_assignee(viewer.role, viewer.staff_id, case.assignee_id, colleague.name if colleague else "")
    return case


async def begin(case: Case) -> None:
    """Take a case up, unsaved, if nobody has."""
    viewer = open_unit().viewer
    if case.assignee_id is None:
        await give(case, viewer.staff_id)
    if case.status is CaseStatus.ACKNOWLEDGED:
        move(case, CaseStatus.INVESTIGATING, viewer.role)
        await log(case, CaseEntryKind.BEGUN)


async def give(case: Case, staff_id: int | None) -> None:
    """Say who answers a case, unsaved."""
    if case.assignee_id != staff_id:
        case.assignee_id = staff_id
        if staff_id is not None:
            await log(case, CaseEntryKind.ASSIGNED)


async def take_case(viewer: Viewer, *, case_id: int) -> Case:
    """Begin to work on a case. Raises `NotFound`, `OwnAffairs`, `WithColleague`, `NotPossibleNow`."""
    async with transaction(viewer, "take_case"):
        case = await working_on(viewer, case_id)
        is_taken = case.status is not CaseStatus.ACKNOWLEDGED and case.assignee_id is not None
        if is_taken or case.status not in RUNNING:
            raise NotPossibleNow(current=case.status)
        await begin(case)
        await keep(case, "assignee_id")
        return case


async def assign_case(viewer: Viewer, *, case_id: int, staff_id: int) -> Case:
    """Give a case to somebody of the customer's branch. Raises `NotFound`, `OwnAffairs`, `NotPossibleNow`, `Recused`."""
    async with transaction(viewer, "assign_case"):
        case = await lock_case(viewer, case_id)
        await check_not_ones_own(viewer, case.customer_id)
        if case.status not in RUNNING:
            raise NotPossibleNow(current=case.status)
        staff = await _colleague(case, staff_id)
        if case.customer_id in await kin_of(staff) or await CaseRecusal.exists(case_id=case.id, staff_id=staff.id):
            raise Recused
        await give(case, staff.id)
        await keep(case, "assignee_id")
        return case


async def recuse(viewer: Viewer, *, case_id: int, staff_id: int) -> Case:
    """Keep a case from somebody whom it is about: he sees nothing of it any more, and a colleague answers it.

    Raises `NotFound`, `OwnAffairs`, `NotPossibleNow` once it is over, `NobodyLeft`.
    """
    async with transaction(viewer, "recuse"):
        case = await lock_case(viewer, case_id)
        await check_not_ones_own(viewer, case.customer_id)
        if case.status not in (*RUNNING, CaseStatus.CLOSED):
            raise NotPossibleNow(current=case.status)
        staff = await Staff.get_or_none(id=staff_id)
        if staff is None:
            raise NotFound
        await keep_from(case, staff)
        await _check_somebody_is_left(case)
        await give_away_if_recused(case)
        await keep(case, "assignee_id")
        return case


async def give_away_if_recused(case: Case) -> None:
    """Have somebody else answer a case, unsaved, if whoever has it has nothing to do with it any more."""
    if case.assignee_id is not None and await CaseRecusal.exists(case_id=case.id, staff_id=case.assignee_id):
        case.assignee_id = None
        await assign(case)


async def _check_somebody_is_left(case: Case) -> None:
    recused = await CaseRecusal.filter(case_id=case.id).values_list("staff_id", flat=True)
    there = await _there(await Customer.get(id=case.customer_id))
    if not any(each.role is Role.MANAGER and each.id not in recused for each in there):
        raise NobodyLeft


async def keep_from(case: Case, staff: Staff) -> None:
    """Write down that a case is about somebody, whichever of his accounts he uses."""
    accounts = [staff.id]
    if staff.customer_id is not None:
        accounts = await Staff.filter(customer_id=staff.customer_id).order_by("id").values_list("id", flat=True)
    known = set(await CaseRecusal.filter(case_id=case.id).values_list("staff_id", flat=True))
    new = [account for account in accounts if account not in known]
    for account in new:
        await CaseRecusal.create(case_id=case.id, staff_id=account)
    if new:
        await log(case, CaseEntryKind.RECUSED, words=staff.name)


async def assign(case: Case) -> None:
    """Give a case to whoever is best to answer it, unsaved; to nobody where nobody can."""
    customer = await Customer.get(id=case.customer_id)
    barred = {row.staff_id async for row in CaseRecusal.filter(case_id=case.id)} | await _involved(case)
    kin = {customer.id, *await _family_of(customer.id)}
    staff = [each for each in await _there(customer) if each.id not in barred and each.customer_id not in kin]
    theirs = Case.filter(status__in=list(RUNNING), assignee_id__in=[each.id for each in staff])
    counts = Counter(await theirs.values_list("assignee_id", flat=True))
    skills = defaultdict[int, set[Skill]](set)
    async for row in StaffSkill.filter(staff_id__in=[each.id for each in staff]):
        skills[row.staff_id].add(row.skill)
    wanted = {Skill.COMPLAINTS, *([Skill.ENGLISH] if customer.locale is Locale.EN else [])}
    best = min(
        staff,
        key=lambda each: (each.role is Role.MANAGER, len(wanted - skills[each.id]), counts[each.id], each.id),
        default=None,
    )
    await give(case, None if best is None else best.id)


async def _there(customer: Customer) -> list[Staff]:
    """Give who looks after a customer: of a restricted file, managers and those who were let in."""
    ids = await StaffBranch.filter(branch_id=customer.branch_id).values_list("staff_id", flat=True)
    staff = await Staff.filter(id__in=ids, is_active=True, role__in=list(IN_CHARGE)).order_by("id")
    if not customer.is_restricted:
        return staff
    let_in = {grant.staff_id async for grant in AccessGrant.filter(customer_id=customer.id, is_active=True)}
    return [each for each in staff if each.role is Role.MANAGER or each.id in let_in]


async def _family_of(customer_id: int) -> list[int]:
    family = Relationship.filter(relative_id=customer_id, kind=RelationshipKind.FAMILY, is_active=True)
    return [row.customer_id async for row in family]


async def _involved(case: Case) -> set[int]:
    """Give who did what a complaint may be about: they may read it, and do not answer it by themselves."""
    unit = open_unit()
    found = set[Any]()
    since = unit.today - LOOKED_BACK
    if case.category in (CaseCategory.STAFF, CaseCategory.COLLECTIONS):
        found.update(
            await Contact.filter(customer_id=case.customer_id, contacted_on__gte=since).values_list(
                "staff_id", flat=True
            )
        )
    if case.category is CaseCategory.STAFF:
        found.update(
            await NamedOfficer.filter(customer_id=case.customer_id, ended_at=None).values_list("staff_id", flat=True)
        )
    if case.category is CaseCategory.APPLICATION:
        own = {"application__customer_id": case.customer_id, "created_at__gte": unit.now - LOOKED_BACK}
        for model in (Assessment, Decision):
            found.update(await model.filter(**own).values_list("staff_id", flat=True))
        found.update(await Application.filter(customer_id=case.customer_id).values_list("assignee_id", flat=True))
    return {each for each in found if each is not None}


async def _colleague(case: Case, staff_id: int) -> Staff:
    """Give somebody who looks after the customer of a case. Raises `NotFound`."""
    customer = await Customer.get(id=case.customer_id)
    found = next((each for each in await _there(customer) if each.id == staff_id), None)
    if found is None:
        raise NotFound
    return found
