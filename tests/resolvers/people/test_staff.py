import asyncio
from dataclasses import replace
from decimal import Decimal

import pytest

from models import AuditEntry, Session, Staff, StaffBranch
from resolvers.people import sessions, tokens
from resolvers.people.staff import change_role, create_staff, disable_staff
from resolvers.people.tokens import TokenInvalid
from rules.errors import NotFound
from rules.people.access import ALL_STAFF, Role
from rules.people.names import NameInvalid
from rules.people.staff import (
    BranchesInvalid,
    LimitInvalid,
    LoginInvalid,
    LoginTaken,
    NoSuchCustomer,
    OwnAccount,
    PasswordTooShort,
)
from tests import make

PASSWORD = "correct horse battery"


async def test_an_account_is_opened_with_branch_and_limit(db):
    branch = await make.branch()
    staff = await create_staff(
        make.system(),
        login="Li.Ming",
        password=PASSWORD,
        name="李明",
        role=Role.OFFICER,
        branches=[branch],
        decision_limit=Decimal("50000.00"),
    )
    kept = await Staff.get()
    assert (kept.id, kept.login, kept.role, kept.decision_limit) == (staff.id, "li.ming", Role.OFFICER, Decimal(50000))
    assert kept.password_hash.startswith("$argon2id$")
    assert (await StaffBranch.get()).branch_id == branch.id


@pytest.mark.parametrize(
    ("changed", "refused"),
    [
        ({"login": "李明"}, LoginInvalid),
        ({"password": "short"}, PasswordTooShort),
        ({"name": "😀"}, NameInvalid),
        ({"role": Role.OFFICER}, BranchesInvalid),
        ({"decision_limit": Decimal(1)}, LimitInvalid),
        ({"customer_phone": "138 0000 9999"}, NoSuchCustomer),
        ({"customer_phone": "+86 12"}, NoSuchCustomer),
    ],
)
async def test_an_account_that_cannot_be_is_refused_and_not_kept(db, changed, refused):
    account = {"login": "li.ming", "password": PASSWORD, "name": "李明", "role": Role.AUDITOR} | changed
    with pytest.raises(refused):
        await create_staff(make.system(), **account)
    assert not await Staff.exists()


async def test_of_two_accounts_with_one_login_opened_at_once_one_stays(db):
    account = {"login": "li.ming", "password": PASSWORD, "name": "李明", "role": Role.AUDITOR}
    opened = await asyncio.gather(*[create_staff(make.system(), **account) for _ in range(3)], return_exceptions=True)
    assert sorted(type(result).__name__ for result in opened) == ["LoginTaken", "LoginTaken", "Staff"]
    with pytest.raises(LoginTaken):
        await create_staff(make.system(), **{**account, "login": "LI.MING"})
    assert await Staff.all().count() == 1


async def test_only_admins_open_accounts(db):
    manager = make.viewer(await make.staff(role=Role.MANAGER, branches=[await make.branch()]))
    with pytest.raises(AssertionError):
        await create_staff(manager, login="li", password=PASSWORD, name="李明", role=Role.AUDITOR)
    assert await Staff.all().count() == 1


@pytest.fixture
async def admin(db):
    return await make.signed_in(await make.staff(role=Role.ADMIN))


@pytest.fixture
async def colleague(db):
    """An officer, signed in twice."""
    officer = await make.staff(role=Role.OFFICER, branches=[await make.branch()])
    await make.signed_in(officer)
    return await make.signed_in(officer)


async def open_sessions(staff_id: int) -> int:
    return await Session.filter(staff_id=staff_id, ended_at__isnull=True).count()


async def test_a_closed_account_is_signed_out_everywhere_at_once(admin, colleague):
    token, _ = tokens.issue(colleague.session_id, make.clock.moment)
    assert (await sessions.viewer_of(token, make.clock, None, "")).staff_id == colleague.staff_id
    disabled = await disable_staff(admin, colleague.staff_id)
    assert not disabled.is_active
    assert await open_sessions(colleague.staff_id) == 0
    assert await open_sessions(admin.staff_id) == 1
    with pytest.raises(TokenInvalid):
        await sessions.viewer_of(token, make.clock, None, "")
    entry = await AuditEntry.get(operation="disable_staff")
    assert (entry.actor, entry.subject) == (admin.actor, f"Staff:{colleague.staff_id}")


async def test_a_new_role_comes_with_its_branches_and_ends_the_sessions(admin, colleague):
    branches = [await make.branch(), await make.branch()]
    changed = await change_role(
        admin, colleague.staff_id, role=Role.MANAGER, branches=branches, decision_limit=Decimal("90000.00")
    )
    kept = await Staff.get(id=colleague.staff_id)
    assert (changed.role, kept.role, kept.decision_limit) == (Role.MANAGER, Role.MANAGER, Decimal(90000))
    assert (await make.with_branches(colleague)).branch_ids == tuple(branch.id for branch in branches)
    assert await open_sessions(colleague.staff_id) == 0


async def test_an_account_names_the_customer_who_signs_in_with_the_phone(db):
    customer = await make.customer(phone="+8613800001234")
    account = {"login": "li.ming", "password": PASSWORD, "name": "李明", "role": Role.AUDITOR}
    await create_staff(make.system(), **account, customer_phone="138 0000 1234")
    assert (await Staff.get()).customer_id == customer.id


async def test_a_colleague_who_became_a_customer_is_named_with_his_role_and_stays_so(admin, colleague):
    customer = await make.customer(phone="+8613800001234")
    await change_role(admin, colleague.staff_id, role=Role.AUDITOR)
    assert (await Staff.get(id=colleague.staff_id)).customer_id is None
    await change_role(admin, colleague.staff_id, role=Role.AUDITOR, customer_phone="+86 138-0000-1234")
    assert (await Staff.get(id=colleague.staff_id)).customer_id == customer.id
    await change_role(admin, colleague.staff_id, role=Role.MARKETER)
    assert (await Staff.get(id=colleague.staff_id)).customer_id == customer.id
    before = await make.everything()
    for phone in ("138 0000 9999", "a phone"):
        with pytest.raises(NoSuchCustomer):
            await change_role(admin, colleague.staff_id, role=Role.AUDITOR, customer_phone=phone)
    assert await make.everything() == before


async def test_nobody_changes_his_own_role_or_closes_his_own_account(admin):
    before = await make.everything()
    with pytest.raises(OwnAccount):
        await change_role(admin, admin.staff_id, role=Role.AUDITOR)
    with pytest.raises(OwnAccount):
        await disable_staff(admin, admin.staff_id)
    assert await make.everything() == before


@pytest.mark.parametrize("act", [disable_staff, lambda admin, key: change_role(admin, key, role=Role.AUDITOR)])
async def test_who_does_not_exist_is_not_found(admin, act):
    before = await make.everything()
    with pytest.raises(NotFound):
        await act(admin, 999_999)
    assert await make.everything() == before


@pytest.mark.parametrize(
    ("role", "limit", "refused"),
    [
        (Role.OFFICER, None, BranchesInvalid),
        (Role.AUDITOR, Decimal(1), LimitInvalid),
        (Role.ADMIN, Decimal(0), LimitInvalid),
    ],
)
async def test_a_role_that_does_not_fit_is_refused_and_nothing_changes(admin, colleague, role, limit, refused):
    before = await make.everything()
    with pytest.raises(refused):
        await change_role(admin, colleague.staff_id, role=role, decision_limit=limit)
    assert await make.everything() == before


@pytest.mark.parametrize("role", sorted(ALL_STAFF - {Role.ADMIN}))
async def test_only_admins_change_accounts(colleague, role):
    viewer = replace(make.system(), role=role, staff_id=999)
    for act in (disable_staff(viewer, colleague.staff_id), change_role(viewer, colleague.staff_id, role=Role.AUDITOR)):
        with pytest.raises(AssertionError):
            await act
